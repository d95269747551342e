# Completion of epic for fish (3.0 or newer): epic completion fish | source

function __epic_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines (command epic __complete $words[2..-1] "$current" 2>/dev/null)
    if test "$lines[1]" = :files
        __fish_complete_path "$current"
    else
        printf '%s\n' $lines
    end
end

complete --command epic --no-files --keep-order --arguments '(__epic_complete)'
