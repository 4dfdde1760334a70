/** The completion scripts of bash, zsh and fish. They hold all words themselves: pressing a key starts no program. */
import type { CompletedCommand, CompletedOption } from './words.ts';

export const SHELLS = { bash, zsh, fish } as const;

/** A word of a script, quoted for any of the three shells. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function top(commands: readonly CompletedCommand[]): readonly CompletedCommand[] {
  return commands.filter(({ path }) => path.length === 1);
}

/** One line of a description. */
function brief(text: string): string {
  return text.split('\n')[0]!.replaceAll('`', '');
}

function bash(commands: readonly CompletedCommand[]): string {
  const cases = commands.flatMap(({ path, options, words, files }) => {
    const flags = options.flatMap((option) => option.flags);
    return [
      `    ${quoted(path.join(' '))})`,
      `      flags=${quoted(flags.join(' '))}`,
      `      words=${quoted(words.join(' '))}`,
      `      files=${files ? 'yes' : ''}`,
      '      case $before in',
      ...options.flatMap((option) => bashValue(option)),
      '      esac',
      '      ;;',
    ];
  });
  const nested = commands
    .filter(({ path }) => path.length > 1)
    .map(({ path }) => `    ${quoted(path.join(' '))}) command=${quoted(path.join(' '))} ;;`);
  return `# Completion of mktrouble for bash: eval "$(mktrouble completion bash)"
_mktrouble() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} command=\${COMP_WORDS[1]-}
  local flags= words= files= value= i
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W ${quoted([...top(commands).map(({ path }) => path[0]!), '--help', '--version'].join(' '))} -- "$word"))
    return
  fi
  [ "$COMP_CWORD" -gt 2 ] && case "$command \${COMP_WORDS[2]}" in
${nested.join('\n')}
  esac
  case $command in
${cases.join('\n')}
  esac
  case $value in
    '') ;;
    file) COMPREPLY=($(compgen -f -- "$word")); return ;;
    *) COMPREPLY=($(compgen -W "$value" -- "$word")); return ;;
  esac
  case $word in
    -*) COMPREPLY=($(compgen -W "$flags --help" -- "$word")) ;;
    *) COMPREPLY=($(compgen -W "$words" -- "$word"))
       [ -z "$files" ] || COMPREPLY+=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _mktrouble mktrouble

# The same behind npx; what completed npx before goes on for everything else.
[ -n "\${_mktrouble_npx_before-}" ] || _mktrouble_npx_before=$(complete -p npx 2>/dev/null | sed -n 's/.* -F \\([^ ]*\\) .*/\\1/p')
_mktrouble_npx() {
  if [ "$COMP_CWORD" -gt 1 ] && [ "\${COMP_WORDS[1]}" = mktrouble ]; then
    COMP_WORDS=("\${COMP_WORDS[@]:1}"); COMP_CWORD=$((COMP_CWORD - 1))
    _mktrouble
  elif [ -n "\${_mktrouble_npx_before-}" ]; then
    "$_mktrouble_npx_before" "$@"
  elif [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W mktrouble -- "\${COMP_WORDS[1]}"))
  fi
}
complete -o filenames -o default -F _mktrouble_npx npx
`;
}

function bashValue({ flags, value }: CompletedOption): string[] {
  if (value === 'none') return [];
  return [`        ${flags.join('|')}) value=${quoted(value === 'file' ? 'file' : value.join(' '))} ;;`];
}

function zsh(commands: readonly CompletedCommand[]): string {
  const described = (words: readonly (readonly [string, string])[]): string =>
    words.map(([name, text]) => quoted(`${name.replaceAll(':', '\\:')}:${brief(text)}`)).join(' ');
  const cases = commands.map(({ path, options, words, files }) => {
    const inner = commands.filter((other) => other.path.length === path.length + 1 && other.path[0] === path[0]);
    const lines = [
      ...options.flatMap((option) => zshOption(option)),
      ...(inner.length > 0 ? [`'1:command:((${inner.map((one) => zshPair(one.path.at(-1)!, one)).join(' ')}))'`] : []),
      ...(inner.length === 0 && words.length > 0 ? [quoted(`*:word:(${words.join(' ')})`)] : []),
      ...(inner.length === 0 && words.length === 0 && files ? [`'*:file:_files'`] : []),
    ];
    return `    ${quoted(path.join(' '))}) _arguments ${lines.join(' ')} ;;`;
  });
  return `#compdef mktrouble
# Completion of mktrouble for zsh: eval "$(mktrouble completion zsh)"
_mktrouble() {
  local -a commands=(${described(top(commands).map(({ path, description }) => [path[0]!, description]))})
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=\${words[2]}
  shift words; (( CURRENT-- ))
  case "$command \${words[2]}" in
${commands
  .filter(({ path }) => path.length > 1)
  .map(
    ({ path }) =>
      `    ${quoted(path.join(' '))}) (( CURRENT > 2 )) && { command=${quoted(path.join(' '))}; shift words; (( CURRENT-- )) } ;;`,
  )
  .join('\n')}
  esac
  case $command in
${cases.join('\n')}
  esac
}
_mktrouble_npx() {
  if (( CURRENT > 2 )) && [[ \${words[2]} == mktrouble ]]; then
    shift words; (( CURRENT-- ))
    _mktrouble
  else
    _default
  fi
}
if [ "$funcstack[1]" = _mktrouble ]; then _mktrouble "$@"; else compdef _mktrouble mktrouble; compdef _mktrouble_npx npx; fi
`;
}

function zshPair(name: string, { description }: CompletedCommand): string {
  return `${name}\\:${brief(description).replace(/[^\w.,-]+/g, '\\ ')}`;
}

function zshOption({ flags, description, value }: CompletedOption): string[] {
  const text = brief(description).replace(/[[\]:]/g, '\\$&');
  const argument = value === 'none' ? '' : value === 'file' ? ':value:_files' : `:value:(${value.join(' ')})`;
  return flags.map((flag) => quoted(`*${flag}[${text}]${argument}`));
}

function fish(commands: readonly CompletedCommand[]): string {
  const names = top(commands).map(({ path }) => path[0]!);
  const lines = [
    '# Completion of mktrouble for fish: mktrouble completion fish | source',
    'complete -c mktrouble -f',
    `complete -c npx -f -n '__fish_seen_subcommand_from mktrouble' -a '(complete -C (string replace -r "^\\s*npx\\s+" "" -- (commandline -cp)))'`,
    ...top(commands).map(
      ({ path, description }) =>
        `complete -c mktrouble -n ${quoted(`not __fish_seen_subcommand_from ${names.join(' ')}`)} -a ${path[0]} -d ${quoted(brief(description))}`,
    ),
  ];
  for (const { path, options, words, files } of commands) {
    const when = quoted(path.map((name) => `__fish_seen_subcommand_from ${name}`).join('; and '));
    if (words.length > 0) lines.push(`complete -c mktrouble -n ${when} -a ${quoted(words.join(' '))}`);
    if (files) lines.push(`complete -c mktrouble -n ${when} -F`);
    for (const { flags, description, value } of options) {
      const said = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
      const argument = value === 'none' ? '' : value === 'file' ? ' -r -F' : ` -x -a ${quoted(value.join(' '))}`;
      lines.push(`complete -c mktrouble -n ${when} ${said.join(' ')}${argument} -d ${quoted(brief(description))}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
