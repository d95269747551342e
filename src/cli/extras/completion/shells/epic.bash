# Completion of epic for bash (3.2 or newer): source <(epic completion bash)

_epic() {
  local IFS=$' \t\n' words=() begun='' rest=$COMP_LINE word value about i
  # bash takes words apart at = and :, which epic does not: what touches belongs together.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $i -gt 0 && $rest != [[:space:]]* && ( -n $word || -z $rest ) ]]; then
      begun=${words[${#words[@]} - 1]}
      words[${#words[@]} - 1]=$begun$word
      # The candidates come after a = or a :, and do not replace it.
      [[ $word == [=:] ]] && begun=$begun$word
    else
      begun=''
      words+=("${word//[\"\'\\\\]/}")
    fi
    rest=${rest#*"$word"}
  done
  COMPREPLY=()
  local values=() abouts=() widest=0
  while IFS=$'\t' read -r value about; do
    if [[ $value == :files ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "${word#[=:]}")
      return
    fi
    value=${value#"$begun"}
    values+=("$value")
    abouts+=("$about")
    ((${#value} > widest)) && widest=${#value}
  done < <(command epic __complete "${words[@]:1}" 2>/dev/null)
  # What a candidate means is shown where there is a list of them, and never inserted.
  for ((i = 0; i < ${#values[@]}; i++)); do
    value=${values[i]}
    if [[ ${#values[@]} -gt 1 && $COMP_TYPE == 63 && -n ${abouts[i]} ]]; then
      printf -v value "%-${widest}s  %s" "$value" "${abouts[i]}"
      value=${value:0:${COLUMNS:-80}-2}
    fi
    COMPREPLY+=("$value")
  done
}

complete -o nosort -F _epic epic 2>/dev/null || complete -F _epic epic
