# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for avouch

function __avouch_profiles
    avouch profile list --quiet 2>/dev/null
end

# Whether the words typed so far, without options, are just these.
function __avouch_at
    set -l words (string match --invert -- '-*' (commandline -opc))[2..]
    test "$words" = "$argv"
end

# Whether they begin with these.
function __avouch_in
    set -l words (string match --invert -- '-*' (commandline -opc))[2..]
    set -l count (count $argv)
    test (count $words) -ge $count; and test "$words[1..$count]" = "$argv"
end

complete -c avouch -f
complete -c avouch -s q -l quiet -d 'print results and errors only'
complete -c avouch -s v -l verbose -d 'say what is done'
complete -c avouch -s h -l help -d 'print help'
complete -c avouch -l version -d 'print the version'

complete -c avouch -n __avouch_at -a token -d 'print a credential'
complete -c avouch -n __avouch_at -a run -d 'run a command with a credential'
complete -c avouch -n __avouch_at -a request -d 'call the issuer\'s API'
complete -c avouch -n __avouch_at -a whoami -d 'show whom a token acts as'
complete -c avouch -n __avouch_at -a status -d 'show profiles and their cached tokens'
complete -c avouch -n __avouch_at -a doctor -d 'look at each step of a login'
complete -c avouch -n __avouch_at -a forget -d 'drop cached credentials'
complete -c avouch -n __avouch_at -a key -d 'make, show and convert keys'
complete -c avouch -n '__avouch_at key' -a 'new show certificate import jwk passphrase'
complete -c avouch -n __avouch_at -a revoke -d 'end cached tokens at the issuer'
complete -c avouch -n __avouch_at -a refresh -d 'renew tokens before they are over'
complete -c avouch -n __avouch_at -a register -d 'make a new app, and its profile'
complete -c avouch -n __avouch_at -a profile -d 'list, show, add and import profiles'
complete -c avouch -n __avouch_at -a setup -d 'make a tool ask avouch'
complete -c avouch -n __avouch_at -a jwt -d 'sign, verify and read JSON Web Tokens'
complete -c avouch -n __avouch_at -a help -d 'explain a command'
complete -c avouch -n '__avouch_at help' -a 'token run request whoami status doctor forget revoke refresh key jwt profile register setup'
complete -c avouch -n '__avouch_at profile' -a 'list show add import'
complete -c avouch -n '__avouch_at setup' -a 'git kubectl timer'
complete -c avouch -n '__avouch_at jwt' -a 'sign verify decode'

for path in token run request whoami doctor forget revoke refresh 'profile show' 'setup git' 'setup kubectl'
    complete -c avouch -n "__avouch_in $path" -a '(__avouch_profiles)'
end

for path in token run request whoami doctor revoke
    complete -c avouch -n "__avouch_in $path" -s u -l url -x -d 'the place to be reached'
end
complete -c avouch -n '__avouch_in token' -s f -l format -x -a 'plain json header env curl soap session-header aws'
complete -c avouch -n '__avouch_in token' -l audience -x -d 'whom the token is for'
complete -c avouch -n '__avouch_in token' -l scope -x -d 'less than all that the account may do'
complete -c avouch -n '__avouch_in token' -l fresh -d 'log in even if a token is cached'

complete -c avouch -n '__avouch_in token' -l introspect -d 'print what the issuer knows of it'

complete -c avouch -n '__avouch_in run' -l min-life -x -d 'seconds that the token must live'
complete -c avouch -n '__avouch_in run; and contains -- -- (commandline -opc)' -F -a '(__fish_complete_command)'

complete -c avouch -n '__avouch_in request' -a 'GET POST PATCH PUT DELETE HEAD /services/data'
complete -c avouch -n '__avouch_in request' -s d -l data -x -d 'the body'
complete -c avouch -n '__avouch_in request' -l input -r -F -d 'a file as the body'
complete -c avouch -n '__avouch_in request' -s f -l raw-field -x -d 'a string in a JSON body'
complete -c avouch -n '__avouch_in request' -s F -l field -x -d 'the same, typed'
complete -c avouch -n '__avouch_in request' -s H -l header -x -d 'a header to send'
complete -c avouch -n '__avouch_in request' -s i -l include -d 'print status and headers too'
complete -c avouch -n '__avouch_in request' -s o -l output -r -F -d 'write to a file'
complete -c avouch -n '__avouch_in request' -l force -d 'replace a file that is there'
complete -c avouch -n '__avouch_in request' -l paginate -d 'fetch all pages of a query'
complete -c avouch -n '__avouch_in request' -l records -d 'print a query\'s records alone'
complete -c avouch -n '__avouch_in request' -l bulk -x -d 'all records of a SOQL query as CSV'
complete -c avouch -n '__avouch_in request' -l api-version -x -a 65.0
complete -c avouch -n '__avouch_in request' -l wait -x -d 'seconds that the job may take'
complete -c avouch -n '__avouch_in request' -l restart -d 'begin --bulk anew'

complete -c avouch -n '__avouch_in doctor' -l fresh -d 'log in even if a token is cached'
complete -c avouch -n '__avouch_in doctor' -l offline -d 'look at this machine only; ask nobody'
complete -c avouch -n '__avouch_in doctor' -l timeout -x -d 'how long each step may wait'

for path in forget revoke
    complete -c avouch -n "__avouch_in $path" -s a -l all -d 'those of every profile'
end

for path in token whoami status doctor 'profile list' 'profile show'
    complete -c avouch -n "__avouch_in $path" -l json -d 'for programs'
end

for path in 'key new' 'key show' 'key certificate' 'key import' 'key jwk'
    complete -c avouch -n "__avouch_in $path" -F
end

for path in 'key new' 'key show' 'key import'
    complete -c avouch -n "__avouch_in $path" -l json -d 'for programs'
end

for path in 'key show' 'key certificate' 'key jwk'
    complete -c avouch -n "__avouch_in $path" -l profile -x -a '(__avouch_profiles)'
end

for path in 'key show' 'key certificate' 'key import' 'key jwk'
    complete -c avouch -n "__avouch_in $path" -l key-alias -x -d 'which key of the keystore'
    complete -c avouch -n "__avouch_in $path" -l passphrase -x -a 'prompt file: env: fd:'
    complete -c avouch -n "__avouch_in $path" -l key-passphrase -x -a 'prompt file: env: fd:'
end

for path in 'key new' 'key import'
    complete -c avouch -n "__avouch_in $path" -l format -x -a 'pkcs12 pem'
end

for path in 'key new' 'key certificate'
    complete -c avouch -n "__avouch_in $path" -l subject -x -d 'of the certificate'
    complete -c avouch -n "__avouch_in $path" -l days -x -d 'how long it is good'
end

set -l types rsa-2048 rsa-3072 rsa-4096 p-256 p-384 p-521 ed25519
complete -c avouch -n '__avouch_in key new' -s t -l type -x -a "$types"
complete -c avouch -n '__avouch_in key new' -l passphrase -x -a 'generate prompt file: env: fd: none'
complete -c avouch -n '__avouch_in key new' -l certificate -r -F -d 'another file for it'
complete -c avouch -n '__avouch_in key certificate' -s o -l output -r -F -d 'a new file for it'
complete -c avouch -n '__avouch_in key certificate' -l der -d 'in DER'
complete -c avouch -n '__avouch_in key certificate' -l new -d 'make a new one for the same key'
complete -c avouch -n '__avouch_in key new' -l to -x -a keyring
for path in 'key new' 'key import'
    complete -c avouch -n "__avouch_in $path" -l collection -x -d 'a part of the keyring'
end
complete -c avouch -n '__avouch_in key import' -l to -r -F -a keyring -d 'the new key'
complete -c avouch -n '__avouch_in key import' -l name -x -d 'of the key in the keyring'
complete -c avouch -n '__avouch_in key passphrase' -a '(__avouch_profiles)'
complete -c avouch -n '__avouch_in key passphrase' -l passphrase -x -a 'prompt file: env: fd:'
complete -c avouch -n '__avouch_in key passphrase' -l key-passphrase -x -a 'prompt file: env: fd:'
complete -c avouch -n '__avouch_in key import' -l new-passphrase -x -a 'generate prompt file: env: fd: none'
complete -c avouch -n '__avouch_in key jwk' -l set -d 'as a JWK set'
complete -c avouch -n '__avouch_in key jwk' -l alg -x -a 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA'
complete -c avouch -n '__avouch_in key jwk' -l use -x -a sig
complete -c avouch -n '__avouch_in key jwk' -l thumbprint -d 'the RFC 7638 thumbprint alone'
complete -c avouch -n '__avouch_in key jwk' -l discovery -r -d 'write what an issuer publishes'
complete -c avouch -n '__avouch_in key jwk' -l issuer -x -d 'where the folder can be read'
complete -c avouch -n '__avouch_in key jwk' -l keep -d 'published keys stay beside the new one'
complete -c avouch -n '__avouch_in key jwk' -l force -d 'the new key takes their place'

complete -c avouch -n '__avouch_in profile list' -l presets -d 'the presets, instead'
complete -c avouch -n '__avouch_in profile add' -a 'salesforce github-app oauth self-signed vault aws-sts'
complete -c avouch -n '__avouch_in profile add' -l preset -x -a '(avouch profile list --presets --quiet 2>/dev/null)'
complete -c avouch -n '__avouch_in profile add' -l name -x -d 'what to call the profile'
complete -c avouch -n '__avouch_in profile add' -l issuer -x -a 'salesforce github-app oauth self-signed vault aws-sts'
complete -c avouch -n '__avouch_in profile add' -l client-id -x -d 'the application\'s key'
complete -c avouch -n '__avouch_in profile add' -l username -x -d 'the account to act as'
complete -c avouch -n '__avouch_in profile add' -l key -r -F -d 'the private key, or a keystore'
complete -c avouch -n '__avouch_in profile add' -l key-alias -x -d 'which key of the keystore'
complete -c avouch -n '__avouch_in profile add' -l passphrase -x -a 'keyring prompt file: env: fd:'
complete -c avouch -n '__avouch_in profile add' -l serve -x -d 'a place that the token is for'
complete -c avouch -n '__avouch_in profile add' -l set -x -d 'any other setting'
complete -c avouch -n '__avouch_in profile add' -s y -l yes -d 'ask nothing'
complete -c avouch -n '__avouch_in profile add' -l file -r -F -d 'a new file to write'

for path in 'profile add' register
    complete -c avouch -n "__avouch_in $path" -l login-url -x -d 'where to log in'
    complete -c avouch -n "__avouch_in $path" -l username -x -d 'the account to act as'
    complete -c avouch -n "__avouch_in $path" -l key -r -F -d 'the private key, or a keystore'
    complete -c avouch -n "__avouch_in $path" -l key-alias -x -d 'which key of the keystore'
    complete -c avouch -n "__avouch_in $path" -l passphrase -x -a 'keyring prompt file: env: fd:'
    complete -c avouch -n "__avouch_in $path" -l serve -x -d 'a place that the token is for'
    complete -c avouch -n "__avouch_in $path" -l set -x -d 'any other setting'
    complete -c avouch -n "__avouch_in $path" -l file -r -F -d 'a new file to write'
end

complete -c avouch -n '__avouch_in register' -l client-name -x -d 'what the app is called'
complete -c avouch -n '__avouch_in register' -l redirect-uri -x -d 'the app\'s callback'
complete -c avouch -n '__avouch_in register' -l initial-token-file -r -F -d 'the initial token'

complete -c avouch -n '__avouch_in profile import' -a 'sf talend'
complete -c avouch -n '__avouch_in profile import' -F
complete -c avouch -n '__avouch_in profile import' -l name -x -d 'what to call the profile'
complete -c avouch -n '__avouch_in profile import' -l set -x -d 'a setting that is missing'
complete -c avouch -n '__avouch_in profile import' -l prefix -x -d 'what Talend\'s names begin with'
complete -c avouch -n '__avouch_in profile import' -l keep-passphrase -d 'in a file of its own'
complete -c avouch -n '__avouch_in profile import' -l file -r -F -d 'a new file to write'

complete -c avouch -n '__avouch_in setup timer' -s n -l dry-run -d 'write and run nothing'
complete -c avouch -n '__avouch_in setup timer' -l remove -d 'stop the timer, and remove its files'
for path in 'profile add' 'profile import' register 'setup git' 'setup kubectl'
    complete -c avouch -n "__avouch_in $path" -s n -l dry-run -d 'show it only'
end

complete -c avouch -n '__avouch_in setup git' -l global -d 'in the user\'s configuration'
complete -c avouch -n '__avouch_in setup git' -l local -d 'in the repository of this folder'
complete -c avouch -n '__avouch_in setup git' -l system -d 'in the machine\'s configuration'
complete -c avouch -n '__avouch_in setup kubectl' -l user -x -d 'kubectl\'s name for the user'

set -l algorithms RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA HS256 HS384 HS512
set -l places prompt file: env: fd:

for path in 'jwt sign' 'jwt verify'
    complete -c avouch -n "__avouch_in $path" -s k -l key -r -F -d 'the key'
    complete -c avouch -n "__avouch_in $path" -l profile -x -a '(__avouch_profiles)'
    complete -c avouch -n "__avouch_in $path" -s s -l secret -r -F -d 'a shared secret'
    complete -c avouch -n "__avouch_in $path" -l secret-encoding -x -a 'plain hex base64 base64url'
    complete -c avouch -n "__avouch_in $path" -l key-alias -x -d 'which key of the keystore'
    complete -c avouch -n "__avouch_in $path" -l passphrase -x -a "$places"
    complete -c avouch -n "__avouch_in $path" -l key-passphrase -x -a "$places"
    complete -c avouch -n "__avouch_in $path" -s a -l algorithm -x -a "$algorithms"
    complete -c avouch -n "__avouch_in $path" -l json -d 'for programs'
end

complete -c avouch -n '__avouch_in jwt sign' -s c -l claims -r -F -d 'claims as a JSON object'
complete -c avouch -n '__avouch_in jwt sign' -l claim -x -d 'a claim that is a string'
complete -c avouch -n '__avouch_in jwt sign' -l claim-json -x -d 'a claim of any kind'
complete -c avouch -n '__avouch_in jwt sign' -l iss -x -d 'the issuer'
complete -c avouch -n '__avouch_in jwt sign' -l sub -x -d 'the subject'
complete -c avouch -n '__avouch_in jwt sign' -l aud -x -d 'the audience'
complete -c avouch -n '__avouch_in jwt sign' -l exp -x -a '+5m +1h' -d 'when it expires'
complete -c avouch -n '__avouch_in jwt sign' -l nbf -x -a now -d 'from when it is valid'
complete -c avouch -n '__avouch_in jwt sign' -l iat -x -a now -d 'when it was issued'
complete -c avouch -n '__avouch_in jwt sign' -l jti -x -a random -d 'its own name'
complete -c avouch -n '__avouch_in jwt sign' -l kid -x -d 'the key\'s name in the header'
complete -c avouch -n '__avouch_in jwt sign' -l typ -x -a JWT -d 'the type in the header'
complete -c avouch -n '__avouch_in jwt sign' -l header -x -d 'a member of the header'
complete -c avouch -n '__avouch_in jwt sign' -l header-json -x -d 'the same, of any kind'
complete -c avouch -n '__avouch_in jwt sign' -s u -l url-template -x -d 'print this URL'

complete -c avouch -n '__avouch_in jwt verify' -l audience -x -d 'whom the token must be for'
complete -c avouch -n '__avouch_in jwt verify' -l issuer -x -d 'who must have issued it'
complete -c avouch -n '__avouch_in jwt verify' -l subject -x -d 'whom it must be about'
complete -c avouch -n '__avouch_in jwt verify' -l require -x -a exp -d 'a claim that must be there'
complete -c avouch -n '__avouch_in jwt verify' -l leeway -x -d 'seconds that clocks may differ'
complete -c avouch -n '__avouch_in jwt verify' -l no-time-check -d 'look at no time'
complete -c avouch -n '__avouch_in jwt verify' -l raw -d 'verify the signature alone'
complete -c avouch -n '__avouch_in jwt verify' -l ca-file -r -F -d 'trusted besides the system\'s'
complete -c avouch -n '__avouch_in jwt verify' -l proxy -x -a environment -d 'a proxy'

for path in 'jwt verify' 'jwt decode'
    complete -c avouch -n "__avouch_in $path" -F -l token-file -r -d 'the token'
end
complete -c avouch -n '__avouch_in jwt decode' -l json -d 'for programs'
