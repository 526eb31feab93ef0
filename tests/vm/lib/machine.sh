# shellcheck shell=bash
# Virtual machines without hardware help (-accel tcg), so that they run
# anywhere. The guest's kernel talks to its console, the guest's script to a
# second serial line, which ends in the file $vm/said and reads what is written
# to $vm/line.in; the machine is steered by QMP.
#
# Sets $vm, the folder of the machine started last, and $vm_pid.

# Seconds without a word of the machine until it is given up. Only one that hangs
# comes to this end: nothing here is judged by the clock.
PATIENCE=180

# start SCRIPT [ARGUMENT...]: boots the guest, which runs guest/SCRIPT.sh.
start() {
    local script=$1
    shift
    new_machine
    launch "$@" -append "console=ttyS0 quiet panic=-1 mitigations=off nokaslr no_timer_check nowatchdog script=$script"
}

new_machine() {
    vm=$(mktemp -d "$scratch/vm.XXXX")
    questions=0
    : >"$vm/said"
    mkfifo "$vm/qmp.in" "$vm/line.in" "$vm/line.out"
}

# launch ARGUMENT...: the machine itself, with nothing but a USB controller.
launch() {
    qemu-system-x86_64 -accel tcg -cpu max -m 256 -display none -vga none -no-reboot -nodefaults \
        -kernel "$kernel" -initrd "$initrd" \
        -serial "file:$vm/console" -chardev "pipe,id=line,path=$vm/line" -serial chardev:line \
        -chardev stdio,id=qmp,signal=off -mon chardev=qmp,mode=control \
        -device qemu-xhci,id=xhci,p2=8,p3=8 "$@" \
        <>"$vm/qmp.in" >"$vm/qmp.out" 2>"$vm/qemu.log" &
    vm_pid=$!
    cat "$vm/line.out" >>"$vm/said" &
    listener=$!
    count boot
    qmp '{"execute":"qmp_capabilities"}'
}

# stick NAME FILE [OPTION...]: arguments of a USB stick with serial number NAME.
# The options are those of -drive, such as readonly=on.
stick() {
    local name=$1 file=$2 options=""
    shift 2
    [[ $# == 0 ]] || options=$(printf ',%s' "$@")
    arguments+=(-drive "if=none,id=drive-$name,format=raw,file=$file$options")
    arguments+=(-device "usb-storage,id=$name,bus=xhci.0,drive=drive-$name,removable=on,serial=$name")
}

qmp() {
    echo "$1" >"$vm/qmp.in"
}

# ask COMMAND: the answer to a QMP command, a line of JSON, in $answer.
ask() {
    questions=$((questions + 1))
    qmp "{\"execute\":\"$1\",\"id\":\"ask-$questions\"}"
    wait_for qmp.out "\"id\": \"ask-$questions\""
    answer=$(grep "\"id\": \"ask-$questions\"" "$vm/qmp.out")
}

# statistics NAME FIGURE: what the guest asked of a disk so far, such as
# rd_bytes, wr_operations, flush_operations, in $figure.
statistics() {
    ask query-blockstats
    figure=$(python3 -c '
import json, sys
for disk in json.loads(sys.argv[1])["return"]:
    if f"/{sys.argv[2]}/" in disk.get("qdev", ""):
        print(disk["stats"][sys.argv[3]])
' "$answer" "$1" "$2")
    [[ -n $figure ]] || broken "no disk $1"
}

# wait_for FILE PATTERN [FILE PATTERN]: until a line of the machine's FILE
# matches, or one of the other file.
wait_for() {
    local end=$((SECONDS + PATIENCE)) alive=1 words="" before=""
    until has_line "$1" "$2" || { [[ $# -gt 2 ]] && has_line "$3" "$4"; }; do
        [[ -n $alive ]] || broken "the machine ended before it said \"$2\""
        # It may have said it with its last breath: looked at once more.
        kill -0 "$vm_pid" 2>/dev/null || alive=""
        words=$(wc -c <"$vm/said")
        [[ $words == "$before" ]] || end=$((SECONDS + PATIENCE))
        before=$words
        ((SECONDS < end)) || broken "no \"$2\", and no word for $PATIENCE seconds"
        sleep 0.05
    done
}

has_line() {
    grep -qE -- "$2" "$vm/$1" 2>/dev/null
}

# Until the guest's script came to its end and the machine switched itself off.
finish() {
    wait_for said '^@done'
    wait "$vm_pid" || broken "the machine ended badly"
    wait "$listener"
}

# The power cut: no signal handler runs, no cache is written.
cut_power() {
    kill -KILL "$vm_pid"
    wait "$vm_pid" "$listener" 2>/dev/null || true
    count cut
}

broken() {
    echo "--- what the guest said last:" >&2
    tail -n 40 "$vm/said" "$vm/console" "$vm/qemu.log" "$vm/qmp.out" >&2 || true
    kill -KILL "$vm_pid" 2>/dev/null || true
    fail "$1"
}
