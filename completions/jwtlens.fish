# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_jwtlens_global_optspecs
    string join \n color= h/help V/version
end

function __fish_jwtlens_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_jwtlens_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_jwtlens_using_subcommand
    set -l cmd (__fish_jwtlens_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c jwtlens -n "__fish_jwtlens_needs_command" -l color -d 'When to use colors' -r -f -a "auto\t'If the output is a terminal; respects `NO_COLOR` and `CLICOLOR_FORCE`'
always\t'Even if the output is not a terminal'
never\t'No colors'"
complete -c jwtlens -n "__fish_jwtlens_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtlens -n "__fish_jwtlens_needs_command" -s V -l version -d 'Print version'
complete -c jwtlens -n "__fish_jwtlens_needs_command" -f -a "verify" -d 'Verify the signature, times and claims of tokens'
complete -c jwtlens -n "__fish_jwtlens_needs_command" -f -a "debug" -d 'Verify tokens and find out why they are rejected'
complete -c jwtlens -n "__fish_jwtlens_needs_command" -f -a "decode" -d 'Decode tokens without verifying them'
complete -c jwtlens -n "__fish_jwtlens_needs_command" -f -a "key" -d 'Inspect key files and report problems'
complete -c jwtlens -n "__fish_jwtlens_needs_command" -f -a "completions" -d 'Generate shell completions'
complete -c jwtlens -n "__fish_jwtlens_needs_command" -f -a "man" -d 'Print the man page, or write all man pages to a directory'
complete -c jwtlens -n "__fish_jwtlens_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -s f -l file -d 'Read tokens from FILE, one per line (repeatable)' -r -F
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -s k -l key -d 'Key file, directory, or the key itself (repeatable)' -r -F
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l secret-file -d 'Read a shared secret from a file (repeatable)' -r -F
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l secret-env -d 'Read a shared secret from an environment variable (repeatable)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l secret-encoding -d 'Encoding of the secrets [default: text]' -r -f -a "text\t'Not encoded'
base64\t'Base64 (RFC 4648, section 4)'
base64url\t'Base64url (RFC 4648, section 5)'
hex\t'Hexadecimal'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l alg -d 'Accept only this algorithm (repeatable)' -r -f -a "ES256\t''
ES384\t''
ES512\t''
ES256K\t''
RS256\t''
RS384\t''
RS512\t''
PS256\t''
PS384\t''
PS512\t''
EdDSA\t''
Ed25519\t''
HS256\t''
HS384\t''
HS512\t''"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l iss -d 'Require this issuer (iss)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l aud -d 'Require this audience (aud; repeatable)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l sub -d 'Require this subject (sub)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l typ -d 'Require this type (header parameter typ)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l require -d 'Require this claim to be present (repeatable)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l claim -d 'Require a claim to have this value (repeatable)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l max-age -d 'Reject tokens older than this, or without iat' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l at -d 'Use this time instead of the current time' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l leeway -d 'Allowed clock skew [default: 0]' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l expires-within -d 'Reject tokens that expire within this time' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -s o -l output -d 'Output format' -r -f -a "text\t'Human-readable report'
line\t'One line per token: line, verdict, expiry, sub, kid, column and source (tab-separated)'
json\t'One indented JSON object per token'
jsonl\t'One JSON object per line'
claims\t'The claims of valid tokens, one JSON object per line'
token\t'The tokens themselves: the valid ones, or those selected with --only'
summary\t'Counts by verdict, cause, key ID, issuer and algorithm, as a table'
summary-json\t'More counts, as one JSON object'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l only -d 'Print only tokens with this verdict (repeatable)' -r -f -a "valid\t'the signature, times and claim checks pass'
expired\t'signature verified, but the token has expired'
not-yet-valid\t'signature verified, but the token is not valid yet'
claim-rejected\t'signature verified, but a claim check failed'
unverifiable\t'the signature cannot be checked, for example because of alg'
mis-signed\t'the signature does not verify with any key'
malformed\t'not a well-formed JWT'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -s j -l jobs -d 'Number of worker threads [default: number of CPUs]' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l color -d 'When to use colors' -r -f -a "auto\t'If the output is a terminal; respects `NO_COLOR` and `CLICOLOR_FORCE`'
always\t'Even if the output is not a terminal'
never\t'No colors'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l scan -d 'Find tokens in other text, such as logs or HAR files'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l local -d 'Use the local time zone'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l fail-fast -d 'Stop at the first rejected token'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l redact -d 'Hide personal values, so that the output can be shared'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -s q -l quiet -d 'Print nothing; only set the exit status'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -s f -l file -d 'Read tokens from FILE, one per line (repeatable)' -r -F
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -s k -l key -d 'Key file, directory, or the key itself (repeatable)' -r -F
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l secret-file -d 'Read a shared secret from a file (repeatable)' -r -F
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l secret-env -d 'Read a shared secret from an environment variable (repeatable)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l secret-encoding -d 'Encoding of the secrets [default: text]' -r -f -a "text\t'Not encoded'
base64\t'Base64 (RFC 4648, section 4)'
base64url\t'Base64url (RFC 4648, section 5)'
hex\t'Hexadecimal'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l alg -d 'Accept only this algorithm (repeatable)' -r -f -a "ES256\t''
ES384\t''
ES512\t''
ES256K\t''
RS256\t''
RS384\t''
RS512\t''
PS256\t''
PS384\t''
PS512\t''
EdDSA\t''
Ed25519\t''
HS256\t''
HS384\t''
HS512\t''"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l iss -d 'Require this issuer (iss)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l aud -d 'Require this audience (aud; repeatable)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l sub -d 'Require this subject (sub)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l typ -d 'Require this type (header parameter typ)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l require -d 'Require this claim to be present (repeatable)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l claim -d 'Require a claim to have this value (repeatable)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l max-age -d 'Reject tokens older than this, or without iat' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l at -d 'Use this time instead of the current time' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l leeway -d 'Allowed clock skew [default: 0]' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l expires-within -d 'Reject tokens that expire within this time' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -s o -l output -d 'Output format' -r -f -a "text\t'Human-readable report'
line\t'One line per token: line, verdict, expiry, sub, kid, column and source (tab-separated)'
json\t'One indented JSON object per token'
jsonl\t'One JSON object per line'
claims\t'The claims of valid tokens, one JSON object per line'
token\t'The tokens themselves: the valid ones, or those selected with --only'
summary\t'Counts by verdict, cause, key ID, issuer and algorithm, as a table'
summary-json\t'More counts, as one JSON object'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l only -d 'Print only tokens with this verdict (repeatable)' -r -f -a "valid\t'the signature, times and claim checks pass'
expired\t'signature verified, but the token has expired'
not-yet-valid\t'signature verified, but the token is not valid yet'
claim-rejected\t'signature verified, but a claim check failed'
unverifiable\t'the signature cannot be checked, for example because of alg'
mis-signed\t'the signature does not verify with any key'
malformed\t'not a well-formed JWT'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l try-key -d 'Also try an untrusted key (repeatable)' -r -F
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l color -d 'When to use colors' -r -f -a "auto\t'If the output is a terminal; respects `NO_COLOR` and `CLICOLOR_FORCE`'
always\t'Even if the output is not a terminal'
never\t'No colors'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l scan -d 'Find tokens in other text, such as logs or HAR files'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l local -d 'Use the local time zone'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l fail-fast -d 'Stop at the first rejected token'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l redact -d 'Hide personal values, so that the output can be shared'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -s q -l quiet -d 'Print nothing; only set the exit status'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l deep -d 'Search longer: up to 10 seconds per token'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -s v -l verbose -d 'Show all findings and everything that was tried'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -s f -l file -d 'Read tokens from FILE, one per line (repeatable)' -r -F
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -l at -d 'Use this time instead of the current time' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -l leeway -d 'Allowed clock skew [default: 0]' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -l expires-within -d 'With --check-time, also reject tokens that expire within this time' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -s o -l output -d 'Output format' -r -f -a "text\t'Human-readable report'
line\t'One line per token: line, verdict, expiry, sub, kid, column and source (tab-separated)'
json\t'One indented JSON object per token'
jsonl\t'One JSON object per line'
summary\t'Counts by verdict, cause, key ID, issuer and algorithm, as a table'
summary-json\t'More counts, as one JSON object'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -l only -d 'Print only tokens with this verdict (repeatable)' -r -f -a "not-verified\t''
expired\t''
not-yet-valid\t''
malformed\t''"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -s j -l jobs -d 'Number of worker threads [default: number of CPUs]' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -l color -d 'When to use colors' -r -f -a "auto\t'If the output is a terminal; respects `NO_COLOR` and `CLICOLOR_FORCE`'
always\t'Even if the output is not a terminal'
never\t'No colors'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -l scan -d 'Find tokens in other text, such as logs or HAR files'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -l check-time -d 'Check exp and nbf: exit with 3 if expired, 4 if not yet valid'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -l local -d 'Use the local time zone'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -l fail-fast -d 'Stop at the first rejected token'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -l redact -d 'Hide personal values, so that the output can be shared'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -s q -l quiet -d 'Print nothing; only set the exit status'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand key" -s o -l output -d 'Output format' -r -f -a "text\t'Human-readable report'
json\t'One indented JSON object per source'
jwk\t'The usable public keys as a JWK Set'
pem\t'The usable public keys as PEM (SPKI)'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand key" -l color -d 'When to use colors' -r -f -a "auto\t'If the output is a terminal; respects `NO_COLOR` and `CLICOLOR_FORCE`'
always\t'Even if the output is not a terminal'
never\t'No colors'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand key" -s q -l quiet -d 'Print no report; only set the exit status'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand key" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand completions" -l color -d 'When to use colors' -r -f -a "auto\t'If the output is a terminal; respects `NO_COLOR` and `CLICOLOR_FORCE`'
always\t'Even if the output is not a terminal'
never\t'No colors'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand man" -l color -d 'When to use colors' -r -f -a "auto\t'If the output is a terminal; respects `NO_COLOR` and `CLICOLOR_FORCE`'
always\t'Even if the output is not a terminal'
never\t'No colors'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand help; and not __fish_seen_subcommand_from verify debug decode key completions man help" -f -a "verify" -d 'Verify the signature, times and claims of tokens'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand help; and not __fish_seen_subcommand_from verify debug decode key completions man help" -f -a "debug" -d 'Verify tokens and find out why they are rejected'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand help; and not __fish_seen_subcommand_from verify debug decode key completions man help" -f -a "decode" -d 'Decode tokens without verifying them'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand help; and not __fish_seen_subcommand_from verify debug decode key completions man help" -f -a "key" -d 'Inspect key files and report problems'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand help; and not __fish_seen_subcommand_from verify debug decode key completions man help" -f -a "completions" -d 'Generate shell completions'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand help; and not __fish_seen_subcommand_from verify debug decode key completions man help" -f -a "man" -d 'Print the man page, or write all man pages to a directory'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand help; and not __fish_seen_subcommand_from verify debug decode key completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
