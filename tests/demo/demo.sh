#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The whole of avouch in one minute, with real git and kubectl, in a folder that is removed again.
#
#     demo.sh PREFIX DEMO-HOST KUBECTL [--keep]     KUBECTL may be empty: then without it
set -euo pipefail

readonly prefix=$1 demo_host=$2 kubectl=$3
readonly client_id=3MVG9demo username=robot@avouch.example
keep=false
case ${4:-} in
  '') ;;
  --keep) keep=true ;;
  *)
    echo "usage: ./dev demo [--keep]" >&2
    exit 2
    ;;
esac

room=''
runtime=''
host_pid=''
bold='' dim='' plain=''
if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
  bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'
fi

# --- what it prints ---------------------------------------------------------------------------

steps=0
title_at=0

now_ms() {
  local now=${EPOCHREALTIME/[.,]/}
  echo $((now / 1000))
}

step() {
  steps=$((steps + 1))
  title_at=$(now_ms)
  printf '\n%s%d  %s%s\n' "$bold" "$steps" "$1" "$plain"
}

note() {
  printf '   %s\n' "$@"
}

# Indented, so that what a tool said stands apart, and no wider than a terminal.
quote() {
  fold --spaces --width=74 | awk -v mark="   ${dim}│${plain} " '{ print mark $0 }'
}

took() {
  note "${dim}took $(($(now_ms) - title_at)) ms${plain}"
}

run() {
  note "\$ $(shorten "$*")"
  "$@" 2>&1 | quote
}

# The folder's name is long and says nothing.
shorten() {
  local text=$1
  text=${text//"$HOME"/'~'}
  printf '%s' "${text//"$room"/'…'}"
}

# --- what it leaves behind: nothing -----------------------------------------------------------

clean_up() {
  local status=$?
  trap - EXIT
  if [[ -n $host_pid ]]; then
    kill "$host_pid" 2>/dev/null || true
    wait "$host_pid" 2>/dev/null || true
  fi
  rm -rf ${room:+"$room"} ${runtime:+"$runtime"}
  if ((status != 0)); then
    printf '\nThe demo failed, and was cleaned up.\n' >&2
  fi
  exit "$status"
}

make_room() {
  trap clean_up EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  runtime=$(memory_folder)
  runtime=$(mktemp -d "$runtime/avouch-demo.XXXXXX")
  room=$(mktemp -d "${TMPDIR:-/tmp}/avouch-demo.XXXXXX")
  unset "${!AVOUCH_@}" "${!GIT_@}" "${!XDG_@}" SSH_ASKPASS KUBECONFIG
  export HOME=$room/home XDG_RUNTIME_DIR=$runtime XDG_CONFIG_HOME=$room/home/.config
  export PATH=$room/bin:$prefix/bin:$PATH GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
  export no_proxy=127.0.0.1 NO_PROXY=127.0.0.1
  (umask 077 && mkdir -p "$room/bin" "$XDG_CONFIG_HOME/avouch/keys")
  cd "$HOME"
}

# Credentials are kept in memory only.
memory_folder() {
  local folder
  for folder in "${XDG_RUNTIME_DIR:-}" /dev/shm; do
    if [[ -d $folder && -w $folder && $(stat --file-system --format=%T "$folder") == tmpfs ]]; then
      echo "$folder"
      return
    fi
  done
  echo 'no memory-backed folder: neither XDG_RUNTIME_DIR nor /dev/shm is one' >&2
  exit 1
}

# --- the steps --------------------------------------------------------------------------------

make_key() {
  local keys=$XDG_CONFIG_HOME/avouch/keys
  step 'A key and a certificate, as PKCS#12 behind a passphrase'
  (
    umask 077
    openssl rand -hex 24 >"$keys/robot.pass"
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj '/CN=avouch demo' \
      -keyout "$room/key.pem" -out "$room/robot.crt" 2>/dev/null
    openssl pkcs12 -export -name robot -inkey "$room/key.pem" -in "$room/robot.crt" \
      -passout "file:$keys/robot.pass" -out "$keys/robot.p12"
    rm "$room/key.pem"
  )
  note "$(shorten "$keys/robot.p12"), made by openssl"
  took
}

make_repository() {
  git config --global init.defaultBranch main
  git config --global user.name Robot
  git config --global user.email "$username"
  git init --quiet "$room/origin"
  echo 'Hello from a repository that only a token opens.' >"$room/origin/README"
  git -C "$room/origin" add README
  git -C "$room/origin" commit --quiet --message='Say hello'
  git clone --quiet --bare "$room/origin" "$room/repositories/hello.git"
}

start_host() {
  local options=(--ca-file "$room/ca.pem" --certificate "$room/robot.crt" --client-id "$client_id"
    --username "$username" --git-root "$room/repositories")
  step 'A host on loopback that plays Salesforce, a git server and Kubernetes'
  make_repository
  if $keep; then
    setsid "$demo_host" "${options[@]}" </dev/null >"$room/ready" 2>"$room/host.log" &
    host_pid=$!
  else
    mkfifo "$room/alive" # the host ends with us, even if we are killed
    "$demo_host" "${options[@]}" --until-eof <"$room/alive" >"$room/ready" 2>"$room/host.log" &
    host_pid=$!
    exec 9>"$room/alive"
  fi
  until [[ -s $room/ready ]]; do
    if ! kill -0 "$host_pid" 2>/dev/null; then
      cat "$room/host.log" >&2
      exit 1
    fi
    sleep 0.02
  done
  url=$(sed 's/.*"url":"\([^"]*\)".*/\1/' "$room/ready")
  git config --global "http.$url.sslCAInfo" "$room/ca.pem"
  note "$url, with a TLS certificate made on the spot"
  note 'It verifies every assertion: signature, issuer, subject, audience, expiry.'
  took
}

write_profile() {
  local file=$XDG_CONFIG_HOME/avouch/avouch.conf
  step 'A profile: whose key, for whom, and where it may be used'
  cat >"$file" <<END
[demo]
issuer = salesforce
login-url = $url
client-id = $client_id
username = $username
key = ~/.config/avouch/keys/robot.p12
key-alias = robot
passphrase = file:~/.config/avouch/keys/robot.pass
ca-file = $room/ca.pem
serve = $url
END
  note "$(shorten "$file")"
  shorten "$(<"$file")" | quote
}

count() {
  curl --disable --silent --fail --cacert "$room/ca.pem" "$url/control/stats" |
    sed "s/.*\"$1\":\([0-9]*\).*/\1/"
}

say_logins() {
  local logins
  logins=$(count exchanges)
  if [[ $logins == 1 && $steps -gt 5 ]]; then
    logins='still 1'
  fi
  note "logins that the host has seen: $bold$logins$plain"
}

# How long git waited for the helper, by git's own trace.
say_wait() {
  local seconds
  seconds=$(awk '
    /"event":"child_start"/ && /"git-credential-avouch","get"/ {
      match($0, /"sid":"[^"]*"/)
      sid = substr($0, RSTART, RLENGTH)
    }
    /"event":"child_exit"/ && sid != "" && index($0, sid) && match($0, /"t_rel":[0-9.]+/) {
      print substr($0, RSTART + 8, RLENGTH - 8)
      exit
    }' "$room/trace")
  note "of which git waited $(awk -v s="$seconds" 'BEGIN { printf "%.1f", s * 1000 }') ms for avouch"
}

use_git() {
  step 'Tell git, once'
  run avouch setup git demo
  took

  step 'git clone: nothing is cached, so avouch signs an assertion and logs in'
  GIT_TRACE2_EVENT=$room/trace run git clone "$url/git/hello.git" hello
  took
  say_wait
  say_logins
  run cat hello/README

  step 'git fetch: the token comes from the cache'
  rm "$room/trace"
  GIT_TRACE2_EVENT=$room/trace run git -C hello fetch --verbose
  took
  say_wait
  say_logins
}

use_kubectl() {
  if [[ -z $kubectl ]]; then
    step 'kubectl: none of version 1.26 or later is on this machine, so without it'
    return
  fi
  step 'kubectl: the same key and the same token'
  ln -s "$kubectl" "$room/bin/kubectl"
  kubectl config set-cluster demo --server="$url" --certificate-authority="$room/ca.pem" >/dev/null
  kubectl config set-context demo --cluster=demo --user=avouch-demo >/dev/null
  kubectl config use-context demo >/dev/null
  run avouch setup kubectl demo
  title_at=$(now_ms)
  run kubectl get --raw /version
  took
  say_logins
}

show_status() {
  step 'What avouch holds now'
  run avouch status
}

say_what_to_type() {
  cat <<END

It keeps running. In another terminal, which will know only the demo from then on, paste:

export HOME=$HOME
export XDG_CONFIG_HOME=$XDG_CONFIG_HOME
export XDG_RUNTIME_DIR=$XDG_RUNTIME_DIR
export GIT_SSL_CAINFO=$room/ca.pem KUBECONFIG=$HOME/.kube/config no_proxy=127.0.0.1
export PATH=$room/bin:$prefix/bin:\$PATH
cd

and then, for example:

avouch status
avouch token demo --format header
git -C hello pull
avouch forget demo
git ls-remote $url/git/hello.git
END
  if [[ -n $kubectl ]]; then
    echo 'kubectl get pods'
  fi
  cat <<END

To stop it and remove everything:

kill $host_pid; rm -rf $room $runtime
END
}

main() {
  local started
  started=$(now_ms)
  make_room
  printf '%savouch: git and kubectl log in with a private key%s\n' "$bold" "$plain"
  printf 'All of this happens in a folder of its own; nothing of yours is read or changed.\n'
  make_key
  start_host
  write_profile
  use_git
  use_kubectl
  show_status
  printf '\n%sDone%s in %d ms: %d login, %d git requests served.\n' "$bold" "$plain" \
    $(($(now_ms) - started)) "$(count exchanges)" "$(count git)"
  if $keep; then
    say_what_to_type
    trap - EXIT
  fi
}

main
