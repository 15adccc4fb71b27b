
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
            cand --color 'Colour the output'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand verify 'Check signature, times and claims of tokens'
            cand debug 'Verify tokens, and find out why they are refused'
            cand decode 'Show header, claims and expiry of tokens; verify nothing'
            cand key 'Show what key files hold, and what is wrong with them'
            cand completions 'Print completions for a shell'
            cand man 'Print the manual page, or write all of them into a directory'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'jwtlens;verify'= {
            cand -f 'Read tokens from a file, one a line'
            cand --file 'Read tokens from a file, one a line'
            cand -k 'Key file, directory of key files, or inline key (repeatable)'
            cand --key 'Key file, directory of key files, or inline key (repeatable)'
            cand --secret-file 'Read a shared secret for HS256, HS384 and HS512 from a file (repeatable)'
            cand --secret-env 'Read a shared secret from an environment variable (repeatable)'
            cand --secret-encoding 'How the secrets are written'
            cand --iss 'Refuse tokens of another issuer'
            cand --aud 'Refuse tokens for another audience (repeatable)'
            cand --sub 'Refuse tokens of another subject'
            cand --typ 'Refuse tokens of another type (`typ` in the header)'
            cand --require 'Refuse tokens without this claim (repeatable)'
            cand --claim 'Refuse tokens whose claim is not this (repeatable)'
            cand --max-age 'Refuse tokens older than this, or without `iat`'
            cand --at 'Judge by this time instead of now'
            cand --leeway 'Let clocks differ by this much (default: 0)'
            cand --expires-within 'Refuse tokens that expire within this time'
            cand -o 'How to print what was found'
            cand --output 'How to print what was found'
            cand --only 'Print only tokens with this verdict (repeatable)'
            cand -j 'How many threads judge a fast stream (default: all cores)'
            cand --jobs 'How many threads judge a fast stream (default: all cores)'
            cand --color 'Colour the output'
            cand --scan 'Find tokens in any text: logs, HAR files, HTTP dumps'
            cand --local 'Show times in the local zone instead of UTC'
            cand --fail-fast 'Stop at the first token that is refused'
            cand -q 'Print nothing; the exit status tells'
            cand --quiet 'Print nothing; the exit status tells'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'jwtlens;debug'= {
            cand -f 'Read tokens from a file, one a line'
            cand --file 'Read tokens from a file, one a line'
            cand -k 'Key file, directory of key files, or inline key (repeatable)'
            cand --key 'Key file, directory of key files, or inline key (repeatable)'
            cand --secret-file 'Read a shared secret for HS256, HS384 and HS512 from a file (repeatable)'
            cand --secret-env 'Read a shared secret from an environment variable (repeatable)'
            cand --secret-encoding 'How the secrets are written'
            cand --iss 'Refuse tokens of another issuer'
            cand --aud 'Refuse tokens for another audience (repeatable)'
            cand --sub 'Refuse tokens of another subject'
            cand --typ 'Refuse tokens of another type (`typ` in the header)'
            cand --require 'Refuse tokens without this claim (repeatable)'
            cand --claim 'Refuse tokens whose claim is not this (repeatable)'
            cand --max-age 'Refuse tokens older than this, or without `iat`'
            cand --at 'Judge by this time instead of now'
            cand --leeway 'Let clocks differ by this much (default: 0)'
            cand --expires-within 'Refuse tokens that expire within this time'
            cand -o 'How to print what was found'
            cand --output 'How to print what was found'
            cand --only 'Print only tokens with this verdict (repeatable)'
            cand --also 'A key or folder of keys that may have signed (repeatable)'
            cand --color 'Colour the output'
            cand --scan 'Find tokens in any text: logs, HAR files, HTTP dumps'
            cand --local 'Show times in the local zone instead of UTC'
            cand --fail-fast 'Stop at the first token that is refused'
            cand -q 'Print nothing; the exit status tells'
            cand --quiet 'Print nothing; the exit status tells'
            cand --deep 'Search for some seconds: alter every character'
            cand -v 'Tell everything that was tried without success'
            cand --verbose 'Tell everything that was tried without success'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'jwtlens;decode'= {
            cand -f 'Read tokens from a file, one a line'
            cand --file 'Read tokens from a file, one a line'
            cand --at 'Judge by this time instead of now'
            cand --leeway 'Let clocks differ by this much (default: 0)'
            cand --expires-within 'With --check-time: refuse what expires within this time'
            cand -o 'How to print what was read'
            cand --output 'How to print what was read'
            cand --only 'Print only tokens with this verdict (repeatable)'
            cand -j 'How many threads judge a fast stream (default: all cores)'
            cand --jobs 'How many threads judge a fast stream (default: all cores)'
            cand --color 'Colour the output'
            cand --scan 'Find tokens in any text: logs, HAR files, HTTP dumps'
            cand --check-time 'Let expired and not-yet-valid tokens count: exit with 3 or 4'
            cand --local 'Show times in the local zone instead of UTC'
            cand --fail-fast 'Stop at the first token that is refused'
            cand -q 'Print nothing; the exit status tells'
            cand --quiet 'Print nothing; the exit status tells'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'jwtlens;key'= {
            cand -o 'How to print what was found'
            cand --output 'How to print what was found'
            cand --color 'Colour the output'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'jwtlens;completions'= {
            cand --color 'Colour the output'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'jwtlens;man'= {
            cand --color 'Colour the output'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'jwtlens;help'= {
            cand verify 'Check signature, times and claims of tokens'
            cand debug 'Verify tokens, and find out why they are refused'
            cand decode 'Show header, claims and expiry of tokens; verify nothing'
            cand key 'Show what key files hold, and what is wrong with them'
            cand completions 'Print completions for a shell'
            cand man 'Print the manual page, or write all of them into a directory'
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
