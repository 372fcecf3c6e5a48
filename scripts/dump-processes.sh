#!/bin/sh
# Lists the running processes of a node as JSON lines: the program, its arguments, its container,
# the files it has mapped, the files it has open and its TCP and UDP sockets. For `waggle report --processes FILE`: what ran
# before Tetragon started is otherwise seen only from then on.
#
# Run as root on the node, in the host's pid and cgroup namespaces; needs only sh, awk, sed, tr,
# readlink and cat (coreutils or busybox). Reads /proc, changes nothing. See docs/processes.md.
#
#   sh dump-processes.sh > processes.jsonl

set -u
LC_ALL=C
export LC_ALL

proc=${1:-/proc}
node=${NODE_NAME:-$(uname -n)}
hertz=$(getconf CLK_TCK 2>/dev/null || echo 100)

if [ "$(id -u)" != 0 ]; then
  echo "dump-processes: not root: mapped and open files of others will be missing" >&2
fi

# Every line carries a letter that says what it is, so that no file name or argument can pass for
# something else. A line break inside a name travels as the control character 1.
one_line() {
  tr '\n' '\001'
  echo
}

link() {
  target=$(readlink "$2" 2>/dev/null && echo .) || return 1
  printf '%s' "$1"
  printf '%s' "${target%??}" | one_line
}

# Since Linux 5.14 one read tells the inodes of many descriptors; before, each link is read.
has_inodes=$(sed -n 's/^ino:.*/yes/p' /proc/self/fdinfo/0 2>/dev/null </dev/null)

list_inodes() {
  if [ -n "$has_inodes" ]; then
    sed -n 's/^ino:[ \t]*/I/p' "$@"
    return
  fi
  for info in "$@"; do
    readlink "${info%/fdinfo/*}/fd/${info##*/}" | sed -n 's/^socket:\[\([0-9]*\)\]$/I\1/p'
  done
}

# Sockets of a network namespace, once; then the inodes of those that the process holds.
spaces_listed=" "
list_sockets() {
  folder=$1
  space=$(readlink "$folder/ns/net")
  case "$spaces_listed" in
    *" $space "*) ;;
    *)
      spaces_listed="$spaces_listed$space "
      for table in tcp tcp6 udp udp6; do
        sed -n "s/^ *[0-9]*: /K$table /p" "$folder/net/$table"
      done
      ;;
  esac
  set --
  for file in "$folder"/fd/*; do
    [ -S "$file" ] || continue
    set -- "$@" "$folder/fdinfo/${file##*/}"
    [ $# -lt 200 ] && continue
    list_inodes "$@"
    set --
  done
  [ $# -eq 0 ] || list_inodes "$@"
}

list_process() {
  link E "$1/exe" || return
  link W "$1/cwd"
  sed 's/^/T/' "$1/stat" | one_line
  sed -n -e '/^Uid:/s/^/S/p' -e '/^NSpid:/s/^/S/p' -e '/^CapEff:/s/^/S/p' "$1/status"
  sed 's/^/G/' "$1/cgroup"
  tr '\n\000' '\001\n' < "$1/cmdline" | sed 's/^/A/'
  for space in mnt pid net user cgroup; do
    link "N$space " "$1/ns/$space"
  done
  sed -n -e 's/^[^ ]* ..x. [^ ]* [^ ]* [^ ]* *\//X\//p' \
    -e 's/^[^ ]* ..-. [^ ]* [^ ]* [^ ]* *\//M\//p' "$1/maps"
  for file in "$1"/fd/*; do
    [ -f "$file" ] && link F "$file"
  done
  list_sockets "$1"
  echo "P${1##*/}"
}

{
  sed -n 's/^btime /B/p' "$proc/stat"
  for folder in "$proc"/[0-9]*; do
    [ "${folder##*/}" = "$$" ] || list_process "$folder" 2>/dev/null
  done
} | awk -v node="$node" -v hertz="$hertz" -v now="$(date +%s)" \
  -v boot="$(cat "$proc/sys/kernel/random/boot_id" 2>/dev/null)" \
  -v kernel="$(uname -r)" '
BEGIN {
  for (code = 1; code < 32; code++) escaped[sprintf("%c", code)] = sprintf("\\u%04x", code)
  escaped[sprintf("%c", 1)] = "\\n"
  escaped[sprintf("%c", 127)] = "\\u007f"
  if (hertz + 0 < 1) hertz = 100
}

function quote(text,    character) {
  # Not gsub: what a backslash means in its replacement differs from awk to awk.
  if (index(text, "\\")) text = replace(text, "\\", "\\\\")
  if (index(text, "\"")) text = replace(text, "\"", "\\\"")
  if (text ~ /[\001-\037\177]/) {
    for (character in escaped) {
      if (index(text, character)) text = replace(text, character, escaped[character])
    }
  }
  return "\"" text "\""
}

function replace(text, from, to,    done, at) {
  done = ""
  while ((at = index(text, from)) > 0) {
    done = done substr(text, 1, at - 1) to
    text = substr(text, at + length(from))
  }
  return done text
}

function add(list, item) {
  return list == "" ? item : list ", " item
}

# The kernel writes a line break in a mapped name as \012.
function mapped_name(text) {
  return replace(text, "\\012", sprintf("%c", 1))
}

function numbers(text,    count, parts, i, list) {
  count = split(text, parts, /[ \t]+/)
  list = ""
  for (i = 1; i <= count; i++) if (parts[i] ~ /^[0-9]+$/) list = add(list, parts[i])
  return "[" list "]"
}

function strings(text,    count, parts, i, list) {
  count = split(text, parts, /[ \t]+/)
  list = ""
  for (i = 1; i <= count; i++) if (parts[i] != "") list = add(list, quote(parts[i]))
  return "[" list "]"
}

function reset() {
  exe = cwd = cgroup = argv = spaces = files = maps = sockets = ""
  uid = nspid = "[]"; cap = ""; ppid = 0; ticks = 0; order = 0
  split("", position); split("", name_at); split("", is_code); split("", held)
}

# Listening, with a far end, or UDP without one: what is closing or waiting has no process.
function is_kept(table, state) {
  return state ~ /^(01|04|05|08|0A)$/ || (state == "07" && table ~ /^udp/)
}

{ kind = substr($0, 1, 1); rest = substr($0, 2); sub(/\001$/, "", rest) }

kind == "B" {
  btime = rest
  printf "{\"type\": \"host\", \"time\": %s, \"boot_id\": %s, \"btime\": %s, \"hz\": %s, " \
    "\"kernel\": %s, \"node\": %s}\n", now, quote(boot), btime, hertz, quote(kernel), quote(node)
  reset()
}
kind == "E" { reset(); exe = rest }
kind == "W" { cwd = rest }
kind == "T" {
  # The name in parentheses can hold anything: fields are counted after the last one.
  while ((at = index(rest, ")")) > 0) rest = substr(rest, at + 1)
  split(rest, stat, " ")
  ppid = stat[2] + 0
  ticks = stat[20] + 0
}
kind == "S" && rest ~ /^Uid:/ { sub(/^Uid:[ \t]*/, "", rest); uid = strings(rest) }
kind == "S" && rest ~ /^NSpid:/ { sub(/^NSpid:[ \t]*/, "", rest); nspid = numbers(rest) }
kind == "S" && rest ~ /^CapEff:/ { sub(/^CapEff:[ \t]*/, "", rest); cap = rest }
kind == "G" { cgroup = cgroup == "" ? rest : cgroup sprintf("%c", 1) rest }
kind == "A" { argv = add(argv, quote(rest)) }
kind == "N" {
  at = index(rest, " ")
  spaces = add(spaces, quote(substr(rest, 1, at - 1)) ": " quote(substr(rest, at + 1)))
}
kind == "M" || kind == "X" {
  name = mapped_name(rest)
  if (!(name in position)) { position[name] = ++order; name_at[order] = name; is_code[order] = 0 }
  if (kind == "X") is_code[position[name]] = 1
}
kind == "F" { files = add(files, quote(rest)) }
kind == "K" {
  split(rest, cell, " ")
  if (cell[10] + 0 > 0 && is_kept(cell[1], cell[4])) {
    socket_of[cell[10]] = "{\"proto\": " quote(cell[1]) ", \"local\": " quote(cell[2]) \
      ", \"remote\": " quote(cell[3]) ", \"state\": " quote(cell[4]) "}"
  }
}
kind == "I" && (rest in socket_of) && !(rest in held) {
  held[rest] = 1
  sockets = add(sockets, socket_of[rest])
}
kind == "P" {
  for (i = 1; i <= order; i++) {
    maps = add(maps, "{\"path\": " quote(name_at[i]) ", \"exec\": " (is_code[i] ? "true" : "false") "}")
  }
  printf "{\"type\": \"process\", \"pid\": %s, \"nspid\": %s, \"ppid\": %d, \"start_ticks\": %.0f, " \
    "\"start_time\": %.2f, \"uid\": %s, \"cap_eff\": %s, \"exe\": %s, \"argv\": [%s], \"cwd\": %s, " \
    "\"cgroup\": %s, \"ns\": {%s}, \"maps\": [%s], \"files\": [%s], " \
    "\"sockets\": [%s]}\n", \
    rest, nspid, ppid, ticks, btime + ticks / hertz, uid, quote(cap), quote(exe), argv, quote(cwd), \
    quote(cgroup), spaces, maps, files, sockets
}'
