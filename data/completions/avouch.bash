# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for avouch

_avouch_profiles()
{
  avouch profile list --quiet 2>/dev/null
}

# The words of COMMAND that are no options, "profile add" for `avouch -q profile add --dry-run`.
_avouch_command()
{
  local word path=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      -*) ;;
      *) path+=("$word") ;;
    esac
  done
  case ${path[0]} in
    help)
      path=("${path[@]:1}")
      [ "${#path[@]}" -gt 0 ] || path=(help)
      ;;
  esac
  case ${path[0]} in
    key | jwt | profile | setup) echo "${path[*]:0:2}" ;;
    *) echo "${path[0]}" ;;
  esac
}

# Whether the current word belongs to a command that "--" has set apart.
_avouch_is_apart()
{
  local word
  for word in "${COMP_WORDS[@]:2:COMP_CWORD-2}"; do
    [ "$word" = -- ] && return
  done
  return 1
}

_avouch()
{
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
  local common='--quiet --verbose --help --version' words=
  local key_options='--key --profile --secret --secret-encoding --key-alias --passphrase
    --key-passphrase --algorithm'
  COMPREPLY=()

  if [ "${COMP_WORDS[1]}" = run ] && _avouch_is_apart; then
    mapfile -t COMPREPLY < <(compgen -A command -A file -- "$current")
    return
  fi
  # An "=" is a word of its own here.
  if [ "$current" = '=' ]; then
    current=
  elif [ "$previous" = '=' ]; then
    previous=${COMP_WORDS[COMP_CWORD-2]}
  fi
  case $previous in
    --format | -f)
      case $(_avouch_command) in
        key*) words='pkcs12 pem' ;;
        request) return ;; # -f is --raw-field there
        *) words='plain json header env curl soap session-header aws' ;;
      esac
      ;;
    --api-version) words='65.0' ;;
    --issuer) words='salesforce github-app oauth self-signed vault aws-sts' ;;
    --preset) words=$(avouch profile list --presets --quiet 2>/dev/null) ;;
    --passphrase | --key-passphrase | --new-passphrase)
      case $(_avouch_command) in
        'key new') words='generate prompt file: env: fd: none' ;;
        'key import')
          words='prompt file: env: fd:'
          [ "$previous" != --new-passphrase ] || words="generate $words none"
          ;;
        key* | jwt*) words='prompt file: env: fd:' ;;
        *) words='keyring prompt file: env: fd:' ;;
      esac
      ;;
    --type | -t) words='rsa-2048 rsa-3072 rsa-4096 p-256 p-384 p-521 ed25519' ;;
    --profile) words=$(_avouch_profiles) ;;
    --alg) words='RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA' ;;
    --use) words='sig' ;;
    --secret-encoding) words='plain hex base64 base64url' ;;
    --algorithm | -a)
      words='RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA HS256 HS384 HS512'
      ;;
    --key | --claims | --secret | --token-file | --ca-file | --file | --input | --output | -o | \
      --to | --certificate | --initial-token-file)
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      compopt -o filenames 2>/dev/null
      return
      ;;
    --url | -u | --audience | --scope | --min-life | --login-url | --client-id | --username | \
      --key-alias | --serve | --set | --user | --subject | --days | --client-name | --redirect-uri | \
      --data | -d | --raw-field | --field | -F | --header | -H | --bulk | --wait | \
      --timeout | --name | --collection | --prefix | --claim | --claim-json | --iss | --sub | --aud | --exp | --nbf | \
      --iat | --jti | --kid | --typ | --header-json | --url-template | --require | --leeway | --proxy)
      return
      ;;
    *)
      case $(_avouch_command) in
        '')
          words="token run request whoami status doctor forget revoke refresh key jwt profile register setup
            help $common"
          ;;
        help) words='token run request whoami status doctor forget revoke refresh key jwt profile register setup' ;;
        key) words="new show certificate import jwk passphrase $common" ;;
        'key new') words="--type --passphrase --subject --days --format --certificate --to
          --collection --json $common" ;;
        'key show') words="--profile --key-alias --passphrase --key-passphrase --json $common" ;;
        'key certificate') words="--profile --output --der --new --subject --days --key-alias
          --passphrase --key-passphrase $common" ;;
        'key import') words="--to --name --collection --new-passphrase --format --key-alias --passphrase
          --key-passphrase --json $common" ;;
        'key passphrase') words="$(_avouch_profiles) --passphrase --key-passphrase $common" ;;
        'key jwk') words="--profile --set --alg --use --thumbprint --discovery --issuer --keep --force
          --key-alias --passphrase --key-passphrase $common" ;;
        token) words="$(_avouch_profiles) --url --format --audience --scope --fresh
          --introspect --json $common" ;;
        run) words="$(_avouch_profiles) --url --min-life -- $common" ;;
        request) words="$(_avouch_profiles) GET POST PATCH PUT DELETE HEAD /services/data --url
          --data --input --raw-field --field --header --include --output --force --paginate --records
          --bulk --api-version --wait --restart $common" ;;
        status) words="--json $common" ;;
        whoami) words="$(_avouch_profiles) --url --json $common" ;;
        doctor) words="$(_avouch_profiles) --url --fresh --offline --timeout --json $common" ;;
        forget) words="$(_avouch_profiles) --all $common" ;;
        revoke) words="$(_avouch_profiles) --url --all $common" ;;
        register) words="--login-url --username --key --key-alias --passphrase --serve --set
          --client-name --redirect-uri --initial-token-file --file --dry-run $common" ;;
        profile) words="list show add import $common" ;;
        'profile list') words="--presets --json $common" ;;
        'profile show') words="$(_avouch_profiles) --json $common" ;;
        'profile add') words="salesforce github-app oauth self-signed vault aws-sts --name --issuer --preset --login-url --client-id --username --key
          --key-alias --passphrase --serve --set --file --yes --dry-run $common" ;;
        'profile import') words="sf talend --name --set --prefix --keep-passphrase --file --dry-run
          $common" ;;
        setup) words="git kubectl timer $common" ;;
        'setup git') words="$(_avouch_profiles) --dry-run --global --local --system $common" ;;
        'setup timer') words="--dry-run --remove $common" ;;
        refresh) words="$(_avouch_profiles) $common" ;;
        'setup kubectl') words="$(_avouch_profiles) --user --dry-run $common" ;;
        jwt) words="sign verify decode $common" ;;
        'jwt sign') words="$key_options --claims --claim --claim-json --iss --sub --aud --exp --nbf
          --iat --jti --kid --typ --header --header-json --url-template --json $common" ;;
        'jwt verify') words="$key_options --audience --issuer --subject --require --leeway
          --no-time-check --raw --ca-file --proxy --token-file --json $common" ;;
        'jwt decode') words="--token-file --json $common" ;;
      esac
      ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  case $(_avouch_command) in
    'key '*)
      if [ "${#COMPREPLY[@]}" -eq 0 ] && [ "${current#-}" = "$current" ]; then
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        compopt -o filenames 2>/dev/null
      fi
      ;;
  esac
}

complete -F _avouch avouch
