
use builtin;
use str;

set edit:completion:arg-completer[jwtlens] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'jwtlens'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'jwtlens'= {
            cand --color 'When to use colors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand verify 'Verify the signature, times and claims of tokens'
            cand debug 'Verify tokens and find out why they are rejected'
            cand decode 'Decode tokens without verifying them'
            cand key 'Inspect key files and report problems'
            cand completions 'Generate shell completions'
            cand man 'Print the man page, or write all man pages to a directory'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'jwtlens;verify'= {
            cand -f 'Read tokens from FILE, one per line (repeatable)'
            cand --file 'Read tokens from FILE, one per line (repeatable)'
            cand -k 'Key file, directory, or the key itself (repeatable)'
            cand --key 'Key file, directory, or the key itself (repeatable)'
            cand --secret-file 'Read a shared secret from a file (repeatable)'
            cand --secret-env 'Read a shared secret from an environment variable (repeatable)'
            cand --secret-encoding 'Encoding of the secrets [default: text]'
            cand --alg 'Accept only this algorithm (repeatable)'
            cand --iss 'Require this issuer (iss)'
            cand --aud 'Require this audience (aud; repeatable)'
            cand --sub 'Require this subject (sub)'
            cand --typ 'Require this type (header parameter typ)'
            cand --require 'Require this claim to be present (repeatable)'
            cand --claim 'Require a claim to have this value (repeatable)'
            cand --max-age 'Reject tokens older than this, or without iat'
            cand --at 'Use this time instead of the current time'
            cand --leeway 'Allowed clock skew [default: 0]'
            cand --expires-within 'Reject tokens that expire within this time'
            cand -o 'Output format'
            cand --output 'Output format'
            cand --only 'Print only tokens with this verdict (repeatable)'
            cand -j 'Number of worker threads [default: number of CPUs]'
            cand --jobs 'Number of worker threads [default: number of CPUs]'
            cand --color 'When to use colors'
            cand --scan 'Find tokens in other text, such as logs or HAR files'
            cand --local 'Use the local time zone'
            cand --fail-fast 'Stop at the first rejected token'
            cand --redact 'Hide personal values, so that the output can be shared'
            cand -q 'Print nothing; only set the exit status'
            cand --quiet 'Print nothing; only set the exit status'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'jwtlens;debug'= {
            cand -f 'Read tokens from FILE, one per line (repeatable)'
            cand --file 'Read tokens from FILE, one per line (repeatable)'
            cand -k 'Key file, directory, or the key itself (repeatable)'
            cand --key 'Key file, directory, or the key itself (repeatable)'
            cand --secret-file 'Read a shared secret from a file (repeatable)'
            cand --secret-env 'Read a shared secret from an environment variable (repeatable)'
            cand --secret-encoding 'Encoding of the secrets [default: text]'
            cand --alg 'Accept only this algorithm (repeatable)'
            cand --iss 'Require this issuer (iss)'
            cand --aud 'Require this audience (aud; repeatable)'
            cand --sub 'Require this subject (sub)'
            cand --typ 'Require this type (header parameter typ)'
            cand --require 'Require this claim to be present (repeatable)'
            cand --claim 'Require a claim to have this value (repeatable)'
            cand --max-age 'Reject tokens older than this, or without iat'
            cand --at 'Use this time instead of the current time'
            cand --leeway 'Allowed clock skew [default: 0]'
            cand --expires-within 'Reject tokens that expire within this time'
            cand -o 'Output format'
            cand --output 'Output format'
            cand --only 'Print only tokens with this verdict (repeatable)'
            cand --try-key 'Also try an untrusted key (repeatable)'
            cand --color 'When to use colors'
            cand --scan 'Find tokens in other text, such as logs or HAR files'
            cand --local 'Use the local time zone'
            cand --fail-fast 'Stop at the first rejected token'
            cand --redact 'Hide personal values, so that the output can be shared'
            cand -q 'Print nothing; only set the exit status'
            cand --quiet 'Print nothing; only set the exit status'
            cand --deep 'Search longer: up to 10 seconds per token'
            cand -v 'Show all findings and everything that was tried'
            cand --verbose 'Show all findings and everything that was tried'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'jwtlens;decode'= {
            cand -f 'Read tokens from FILE, one per line (repeatable)'
            cand --file 'Read tokens from FILE, one per line (repeatable)'
            cand --at 'Use this time instead of the current time'
            cand --leeway 'Allowed clock skew [default: 0]'
            cand --expires-within 'With --check-time, also reject tokens that expire within this time'
            cand -o 'Output format'
            cand --output 'Output format'
            cand --only 'Print only tokens with this verdict (repeatable)'
            cand -j 'Number of worker threads [default: number of CPUs]'
            cand --jobs 'Number of worker threads [default: number of CPUs]'
            cand --color 'When to use colors'
            cand --scan 'Find tokens in other text, such as logs or HAR files'
            cand --check-time 'Check exp and nbf: exit with 3 if expired, 4 if not yet valid'
            cand --local 'Use the local time zone'
            cand --fail-fast 'Stop at the first rejected token'
            cand --redact 'Hide personal values, so that the output can be shared'
            cand -q 'Print nothing; only set the exit status'
            cand --quiet 'Print nothing; only set the exit status'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'jwtlens;key'= {
            cand -o 'Output format'
            cand --output 'Output format'
            cand --color 'When to use colors'
            cand -q 'Print no report; only set the exit status'
            cand --quiet 'Print no report; only set the exit status'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'jwtlens;completions'= {
            cand --color 'When to use colors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'jwtlens;man'= {
            cand --color 'When to use colors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'jwtlens;help'= {
            cand verify 'Verify the signature, times and claims of tokens'
            cand debug 'Verify tokens and find out why they are rejected'
            cand decode 'Decode tokens without verifying them'
            cand key 'Inspect key files and report problems'
            cand completions 'Generate shell completions'
            cand man 'Print the man page, or write all man pages to a directory'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'jwtlens;help;verify'= {
        }
        &'jwtlens;help;debug'= {
        }
        &'jwtlens;help;decode'= {
        }
        &'jwtlens;help;key'= {
        }
        &'jwtlens;help;completions'= {
        }
        &'jwtlens;help;man'= {
        }
        &'jwtlens;help;help'= {
        }
    ]
    $completions[$command]
}
