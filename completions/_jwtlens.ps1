
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'jwtlens' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'jwtlens'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'jwtlens' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour the output')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check signature, times and claims of tokens')
            [CompletionResult]::new('debug', 'debug', [CompletionResultType]::ParameterValue, 'Verify tokens, and find out why they are refused')
            [CompletionResult]::new('decode', 'decode', [CompletionResultType]::ParameterValue, 'Show header, claims and expiry of tokens; verify nothing')
            [CompletionResult]::new('key', 'key', [CompletionResultType]::ParameterValue, 'Show what key files hold, and what is wrong with them')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print completions for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page, or write all of them into a directory')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'jwtlens;verify' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Read tokens from a file, one a line')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Read tokens from a file, one a line')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Key file, directory of key files, or inline key (repeatable)')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Key file, directory of key files, or inline key (repeatable)')
            [CompletionResult]::new('--secret-file', '--secret-file', [CompletionResultType]::ParameterName, 'Read a shared secret for HS256, HS384 and HS512 from a file (repeatable)')
            [CompletionResult]::new('--secret-env', '--secret-env', [CompletionResultType]::ParameterName, 'Read a shared secret from an environment variable (repeatable)')
            [CompletionResult]::new('--secret-encoding', '--secret-encoding', [CompletionResultType]::ParameterName, 'How the secrets are written')
            [CompletionResult]::new('--iss', '--iss', [CompletionResultType]::ParameterName, 'Refuse tokens of another issuer')
            [CompletionResult]::new('--aud', '--aud', [CompletionResultType]::ParameterName, 'Refuse tokens for another audience (repeatable)')
            [CompletionResult]::new('--sub', '--sub', [CompletionResultType]::ParameterName, 'Refuse tokens of another subject')
            [CompletionResult]::new('--typ', '--typ', [CompletionResultType]::ParameterName, 'Refuse tokens of another type (`typ` in the header)')
            [CompletionResult]::new('--require', '--require', [CompletionResultType]::ParameterName, 'Refuse tokens without this claim (repeatable)')
            [CompletionResult]::new('--claim', '--claim', [CompletionResultType]::ParameterName, 'Refuse tokens whose claim is not this (repeatable)')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Refuse tokens older than this, or without `iat`')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Judge by this time instead of now')
            [CompletionResult]::new('--leeway', '--leeway', [CompletionResultType]::ParameterName, 'Let clocks differ by this much (default: 0)')
            [CompletionResult]::new('--expires-within', '--expires-within', [CompletionResultType]::ParameterName, 'Refuse tokens that expire within this time')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to print what was found')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print what was found')
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Print only tokens with this verdict (repeatable)')
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'How many threads judge a fast stream (default: all cores)')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'How many threads judge a fast stream (default: all cores)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour the output')
            [CompletionResult]::new('--scan', '--scan', [CompletionResultType]::ParameterName, 'Find tokens in any text: logs, HAR files, HTTP dumps')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Show times in the local zone instead of UTC')
            [CompletionResult]::new('--fail-fast', '--fail-fast', [CompletionResultType]::ParameterName, 'Stop at the first token that is refused')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing; the exit status tells')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing; the exit status tells')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'jwtlens;debug' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Read tokens from a file, one a line')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Read tokens from a file, one a line')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Key file, directory of key files, or inline key (repeatable)')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Key file, directory of key files, or inline key (repeatable)')
            [CompletionResult]::new('--secret-file', '--secret-file', [CompletionResultType]::ParameterName, 'Read a shared secret for HS256, HS384 and HS512 from a file (repeatable)')
            [CompletionResult]::new('--secret-env', '--secret-env', [CompletionResultType]::ParameterName, 'Read a shared secret from an environment variable (repeatable)')
            [CompletionResult]::new('--secret-encoding', '--secret-encoding', [CompletionResultType]::ParameterName, 'How the secrets are written')
            [CompletionResult]::new('--iss', '--iss', [CompletionResultType]::ParameterName, 'Refuse tokens of another issuer')
            [CompletionResult]::new('--aud', '--aud', [CompletionResultType]::ParameterName, 'Refuse tokens for another audience (repeatable)')
            [CompletionResult]::new('--sub', '--sub', [CompletionResultType]::ParameterName, 'Refuse tokens of another subject')
            [CompletionResult]::new('--typ', '--typ', [CompletionResultType]::ParameterName, 'Refuse tokens of another type (`typ` in the header)')
            [CompletionResult]::new('--require', '--require', [CompletionResultType]::ParameterName, 'Refuse tokens without this claim (repeatable)')
            [CompletionResult]::new('--claim', '--claim', [CompletionResultType]::ParameterName, 'Refuse tokens whose claim is not this (repeatable)')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Refuse tokens older than this, or without `iat`')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Judge by this time instead of now')
            [CompletionResult]::new('--leeway', '--leeway', [CompletionResultType]::ParameterName, 'Let clocks differ by this much (default: 0)')
            [CompletionResult]::new('--expires-within', '--expires-within', [CompletionResultType]::ParameterName, 'Refuse tokens that expire within this time')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to print what was found')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print what was found')
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Print only tokens with this verdict (repeatable)')
            [CompletionResult]::new('--also', '--also', [CompletionResultType]::ParameterName, 'A key or folder of keys that may have signed (repeatable)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour the output')
            [CompletionResult]::new('--scan', '--scan', [CompletionResultType]::ParameterName, 'Find tokens in any text: logs, HAR files, HTTP dumps')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Show times in the local zone instead of UTC')
            [CompletionResult]::new('--fail-fast', '--fail-fast', [CompletionResultType]::ParameterName, 'Stop at the first token that is refused')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing; the exit status tells')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing; the exit status tells')
            [CompletionResult]::new('--deep', '--deep', [CompletionResultType]::ParameterName, 'Search for some seconds: alter every character')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell everything that was tried without success')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell everything that was tried without success')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'jwtlens;decode' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Read tokens from a file, one a line')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Read tokens from a file, one a line')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Judge by this time instead of now')
            [CompletionResult]::new('--leeway', '--leeway', [CompletionResultType]::ParameterName, 'Let clocks differ by this much (default: 0)')
            [CompletionResult]::new('--expires-within', '--expires-within', [CompletionResultType]::ParameterName, 'With --check-time: refuse what expires within this time')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to print what was read')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print what was read')
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Print only tokens with this verdict (repeatable)')
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'How many threads judge a fast stream (default: all cores)')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'How many threads judge a fast stream (default: all cores)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour the output')
            [CompletionResult]::new('--scan', '--scan', [CompletionResultType]::ParameterName, 'Find tokens in any text: logs, HAR files, HTTP dumps')
            [CompletionResult]::new('--check-time', '--check-time', [CompletionResultType]::ParameterName, 'Let expired and not-yet-valid tokens count: exit with 3 or 4')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Show times in the local zone instead of UTC')
            [CompletionResult]::new('--fail-fast', '--fail-fast', [CompletionResultType]::ParameterName, 'Stop at the first token that is refused')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing; the exit status tells')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing; the exit status tells')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'jwtlens;key' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to print what was found')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print what was found')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour the output')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'jwtlens;completions' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour the output')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'jwtlens;man' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour the output')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'jwtlens;help' {
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check signature, times and claims of tokens')
            [CompletionResult]::new('debug', 'debug', [CompletionResultType]::ParameterValue, 'Verify tokens, and find out why they are refused')
            [CompletionResult]::new('decode', 'decode', [CompletionResultType]::ParameterValue, 'Show header, claims and expiry of tokens; verify nothing')
            [CompletionResult]::new('key', 'key', [CompletionResultType]::ParameterValue, 'Show what key files hold, and what is wrong with them')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print completions for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page, or write all of them into a directory')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'jwtlens;help;verify' {
            break
        }
        'jwtlens;help;debug' {
            break
        }
        'jwtlens;help;decode' {
            break
        }
        'jwtlens;help;key' {
            break
        }
        'jwtlens;help;completions' {
            break
        }
        'jwtlens;help;man' {
            break
        }
        'jwtlens;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
