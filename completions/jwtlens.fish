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

complete -c jwtlens -n "__fish_jwtlens_needs_command" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, and as `NO_COLOR` and `CLICOLOR_FORCE` say'
always\t'Also for a pipe or a file'
never\t'Not at all'"
complete -c jwtlens -n "__fish_jwtlens_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtlens -n "__fish_jwtlens_needs_command" -s V -l version -d 'Print version'
complete -c jwtlens -n "__fish_jwtlens_needs_command" -f -a "verify" -d 'Check signature, times and claims of tokens'
complete -c jwtlens -n "__fish_jwtlens_needs_command" -f -a "debug" -d 'Verify tokens, and find out why they are refused'
complete -c jwtlens -n "__fish_jwtlens_needs_command" -f -a "decode" -d 'Show header, claims and expiry of tokens; verify nothing'
complete -c jwtlens -n "__fish_jwtlens_needs_command" -f -a "key" -d 'Show what key files hold, and what is wrong with them'
complete -c jwtlens -n "__fish_jwtlens_needs_command" -f -a "completions" -d 'Print completions for a shell'
complete -c jwtlens -n "__fish_jwtlens_needs_command" -f -a "man" -d 'Print the manual page, or write all of them into a directory'
complete -c jwtlens -n "__fish_jwtlens_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -s f -l file -d 'Read tokens from a file, one a line' -r -F
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -s k -l key -d 'Key file, directory of key files, or inline key (repeatable)' -r -F
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l secret-file -d 'Read a shared secret for HS256, HS384 and HS512 from a file (repeatable)' -r -F
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l secret-env -d 'Read a shared secret from an environment variable (repeatable)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l secret-encoding -d 'How the secrets are written' -r -f -a "text\t'As the bytes themselves'
base64\t'In base64'
base64url\t'In base64url'
hex\t'In hexadecimal'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l iss -d 'Refuse tokens of another issuer' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l aud -d 'Refuse tokens for another audience (repeatable)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l sub -d 'Refuse tokens of another subject' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l typ -d 'Refuse tokens of another type (`typ` in the header)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l require -d 'Refuse tokens without this claim (repeatable)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l claim -d 'Refuse tokens whose claim is not this (repeatable)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l max-age -d 'Refuse tokens older than this, or without `iat`' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l at -d 'Judge by this time instead of now' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l leeway -d 'Let clocks differ by this much (default: 0)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l expires-within -d 'Refuse tokens that expire within this time' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -s o -l output -d 'How to print what was found' -r -f -a "text\t'For people'
line\t'A line a token: line number, verdict, expiry, sub and kid, separated by tabs'
json\t'An indented object a token'
jsonl\t'The same object on one line'
claims\t'The claims of valid tokens, as a line of JSON'
token\t'The valid tokens themselves; with --only those of that verdict'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l only -d 'Print only tokens with this verdict (repeatable)' -r -f -a "valid\t'the signature verifies; times and claim checks hold'
expired\t'verified, but exp has passed'
not-yet-valid\t'verified, but nbf lies ahead'
claim-refused\t'verified and current, but a claim check asked for fails'
unverifiable\t'no check was possible: alg is none, unknown or not the key\'s'
mis-signed\t'the signature verifies under none of the keys'
malformed\t'not a JWT as RFC 7519 has it'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -s j -l jobs -d 'How many threads judge a fast stream (default: all cores)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, and as `NO_COLOR` and `CLICOLOR_FORCE` say'
always\t'Also for a pipe or a file'
never\t'Not at all'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l scan -d 'Find tokens in any text: logs, HAR files, HTTP dumps'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l local -d 'Show times in the local zone instead of UTC'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -l fail-fast -d 'Stop at the first token that is refused'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -s q -l quiet -d 'Print nothing; the exit status tells'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -s f -l file -d 'Read tokens from a file, one a line' -r -F
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -s k -l key -d 'Key file, directory of key files, or inline key (repeatable)' -r -F
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l secret-file -d 'Read a shared secret for HS256, HS384 and HS512 from a file (repeatable)' -r -F
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l secret-env -d 'Read a shared secret from an environment variable (repeatable)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l secret-encoding -d 'How the secrets are written' -r -f -a "text\t'As the bytes themselves'
base64\t'In base64'
base64url\t'In base64url'
hex\t'In hexadecimal'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l iss -d 'Refuse tokens of another issuer' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l aud -d 'Refuse tokens for another audience (repeatable)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l sub -d 'Refuse tokens of another subject' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l typ -d 'Refuse tokens of another type (`typ` in the header)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l require -d 'Refuse tokens without this claim (repeatable)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l claim -d 'Refuse tokens whose claim is not this (repeatable)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l max-age -d 'Refuse tokens older than this, or without `iat`' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l at -d 'Judge by this time instead of now' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l leeway -d 'Let clocks differ by this much (default: 0)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l expires-within -d 'Refuse tokens that expire within this time' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -s o -l output -d 'How to print what was found' -r -f -a "text\t'For people'
line\t'A line a token: line number, verdict, expiry, sub and kid, separated by tabs'
json\t'An indented object a token'
jsonl\t'The same object on one line'
claims\t'The claims of valid tokens, as a line of JSON'
token\t'The valid tokens themselves; with --only those of that verdict'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l only -d 'Print only tokens with this verdict (repeatable)' -r -f -a "valid\t'the signature verifies; times and claim checks hold'
expired\t'verified, but exp has passed'
not-yet-valid\t'verified, but nbf lies ahead'
claim-refused\t'verified and current, but a claim check asked for fails'
unverifiable\t'no check was possible: alg is none, unknown or not the key\'s'
mis-signed\t'the signature verifies under none of the keys'
malformed\t'not a JWT as RFC 7519 has it'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l also -d 'A key or folder of keys that may have signed (repeatable)' -r -F
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, and as `NO_COLOR` and `CLICOLOR_FORCE` say'
always\t'Also for a pipe or a file'
never\t'Not at all'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l scan -d 'Find tokens in any text: logs, HAR files, HTTP dumps'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l local -d 'Show times in the local zone instead of UTC'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l fail-fast -d 'Stop at the first token that is refused'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -s q -l quiet -d 'Print nothing; the exit status tells'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -l deep -d 'Search for some seconds: alter every character'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -s v -l verbose -d 'Tell everything that was tried without success'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand debug" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -s f -l file -d 'Read tokens from a file, one a line' -r -F
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -l at -d 'Judge by this time instead of now' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -l leeway -d 'Let clocks differ by this much (default: 0)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -l expires-within -d 'With --check-time: refuse what expires within this time' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -s o -l output -d 'How to print what was read' -r -f -a "text\t'For people'
line\t'A line a token: line number, verdict, expiry, sub and kid, separated by tabs'
json\t'An indented object a token'
jsonl\t'The same object on one line'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -l only -d 'Print only tokens with this verdict (repeatable)' -r -f -a "not-verified\t''
expired\t''
not-yet-valid\t''
malformed\t''"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -s j -l jobs -d 'How many threads judge a fast stream (default: all cores)' -r
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, and as `NO_COLOR` and `CLICOLOR_FORCE` say'
always\t'Also for a pipe or a file'
never\t'Not at all'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -l scan -d 'Find tokens in any text: logs, HAR files, HTTP dumps'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -l check-time -d 'Let expired and not-yet-valid tokens count: exit with 3 or 4'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -l local -d 'Show times in the local zone instead of UTC'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -l fail-fast -d 'Stop at the first token that is refused'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -s q -l quiet -d 'Print nothing; the exit status tells'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand decode" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand key" -s o -l output -d 'How to print what was found' -r -f -a "text\t'For people'
json\t'An indented object a source'
jwk\t'The usable public keys as a JWK Set'
pem\t'The usable public keys as PEM (SPKI)'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand key" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, and as `NO_COLOR` and `CLICOLOR_FORCE` say'
always\t'Also for a pipe or a file'
never\t'Not at all'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand key" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand completions" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, and as `NO_COLOR` and `CLICOLOR_FORCE` say'
always\t'Also for a pipe or a file'
never\t'Not at all'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand man" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, and as `NO_COLOR` and `CLICOLOR_FORCE` say'
always\t'Also for a pipe or a file'
never\t'Not at all'"
complete -c jwtlens -n "__fish_jwtlens_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand help; and not __fish_seen_subcommand_from verify debug decode key completions man help" -f -a "verify" -d 'Check signature, times and claims of tokens'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand help; and not __fish_seen_subcommand_from verify debug decode key completions man help" -f -a "debug" -d 'Verify tokens, and find out why they are refused'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand help; and not __fish_seen_subcommand_from verify debug decode key completions man help" -f -a "decode" -d 'Show header, claims and expiry of tokens; verify nothing'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand help; and not __fish_seen_subcommand_from verify debug decode key completions man help" -f -a "key" -d 'Show what key files hold, and what is wrong with them'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand help; and not __fish_seen_subcommand_from verify debug decode key completions man help" -f -a "completions" -d 'Print completions for a shell'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand help; and not __fish_seen_subcommand_from verify debug decode key completions man help" -f -a "man" -d 'Print the manual page, or write all of them into a directory'
complete -c jwtlens -n "__fish_jwtlens_using_subcommand help; and not __fish_seen_subcommand_from verify debug decode key completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
