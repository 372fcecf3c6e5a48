/**
 * Holds who runs code that is not machine code: which programs are runtimes of which language.
 * In: the names of programs, and the uses of one container. Out: languages by program.
 * Must never take a program that merely copies or prints files for a runtime.
 */
import { baseName } from "../inventory/container-path.ts";
import type { FileUseFact } from "../observe/fact.ts";

export type Language =
  | "python"
  | "javascript"
  | "ruby"
  | "php"
  | "perl"
  | "lua"
  | "dotnet"
  | "java"
  | "r"
  | "erlang"
  | "tcl"
  | "shell";

/** Programs by base name. Versions (`python3.12`, `php8.2`, `ruby2.7`) are part of the patterns. */
const runtimePrograms: readonly (readonly [Language, RegExp])[] = [
  ["python", /^(?:python|pypy|ipython|micropython|graalpy)[\d.]*[a-z]?$/],
  ["python", /^(?:uwsgi|gunicorn|uvicorn|hypercorn|daphne|celery|supervisord|pip[\d.]*)$/],
  ["javascript", /^(?:node|nodejs|bun|deno|qjs|electron|npm|npx|yarn|pnpm|pm2)(?:[-_]?[\d.]+)?$/],
  ["ruby", /^(?:ruby|jruby|truffleruby|irb|puma|unicorn|rackup|bundle|rake)[\d.]*$/],
  ["php", /^(?:php|php-?fpm|php-?cgi|php-cli|lsphp|frankenphp)[-\d.]*$|^php-?fpm[\d.]*$/],
  ["php", /^(?:apache2|httpd|php[\d.]*-?(?:fpm|cgi)|php-fpm[\d.]*)$/],
  ["perl", /^perl[\d.]*$|^starman$|^plackup$/],
  ["lua", /^(?:lua|luajit|texlua|openresty)[-\d.]*$/],
  ["dotnet", /^(?:dotnet|mono|mono-sgen|pwsh)[\d.]*$/],
  ["java", /^(?:java|javaw|jsvc|jshell|javac|native-image|jcmd|keytool)$/],
  ["r", /^(?:R|Rscript|Rserve)$/],
  ["erlang", /^(?:beam|beam\.smp|erl|erlexec|elixir)$/],
  ["tcl", /^(?:tclsh|wish)[\d.]*$/],
  ["shell", /^(?:sh|bash|dash|zsh|ksh|mksh|ash|busybox|fish)$/],
];

/** Files that make whoever maps them a runtime: interpreters as libraries. */
const runtimeLibraries: readonly (readonly [Language, RegExp])[] = [
  ["python", /^libpython[\d.]+[a-z]*\.so|^libpypy/],
  ["javascript", /^lib(?:node|v8|mozjs)[-\d.]*\.so/],
  ["ruby", /^lib(?:ruby|jruby)[-\d.]*\.so/],
  ["php", /^(?:lib|mod_)php[\d.]*\.so/],
  ["perl", /^libperl\.so|^mod_perl\.so/],
  ["lua", /^lib(?:lua|luajit)[-\d.]*\.so|^liblua5/],
  ["dotnet", /^lib(?:coreclr|hostfxr|mono[-\w.]*)\.so/],
  ["java", /^lib(?:jvm|j9vm\d*)\.so/],
  ["r", /^libR\.so/],
  ["tcl", /^libtcl[\d.]*\.so/],
];

const scriptExtensions: readonly (readonly [Language, RegExp])[] = [
  ["python", /\.(?:py|pyc|pyz)$/],
  ["javascript", /\.[cm]?[jt]s$/],
  ["ruby", /\.(?:rb|ru)$/],
  ["php", /\.(?:php|phar)$/],
  ["perl", /\.(?:pl|pm)$/],
  ["lua", /\.lua$/],
  ["dotnet", /\.dll$/],
  ["java", /\.jar$/],
  ["shell", /\.(?:sh|bash)$/],
];

/** Programs that read files to copy, print, hash or search them: they run nothing they read. */
const copyingPrograms: ReadonlySet<string> = new Set(
  [
    "cat cp mv install rsync tar bsdtar gzip gunzip zcat zip unzip xz bzip2 zstd cpio dd tee split",
    "head tail less more grep egrep fgrep rg ag sed awk gawk mawk sort uniq wc cut tr diff cmp",
    "file strings od xxd hexdump base64 md5sum sha1sum sha224sum sha256sum sha384sum sha512sum",
    "b2sum cksum sum find xargs ls stat du chmod chown chgrp ln touch readelf objdump nm strip",
    "ldd ldconfig scp sftp",
  ]
    .join(" ")
    .split(" "),
);

function languagesBy(
  table: readonly (readonly [Language, RegExp])[],
  name: string,
): readonly Language[] {
  return table.filter(([, pattern]) => pattern.test(name)).map(([language]) => language);
}

export function isCopyingProgram(binary: string): boolean {
  return copyingPrograms.has(baseName(binary));
}

/** Languages that a program runs by its name alone; empty for unknown ones. */
export function languagesOfProgram(binary: string): readonly Language[] {
  const name = baseName(binary);
  return [...languagesBy(runtimePrograms, name), ...languagesBy(scriptExtensions, name)];
}

/** What a runtime's own file (interpreter or its library) runs; empty for other files. */
function languagesOfRuntimeFile(path: string): readonly Language[] {
  const name = baseName(path);
  return [...languagesBy(runtimeLibraries, name), ...languagesBy(runtimePrograms, name)];
}

export interface Runtimes {
  runs(binary: string, language: Language): boolean;
}

/**
 * Runtimes of one container: by name, and by what they were seen to load. A script that was
 * executed shows up under its own path; that it maps `python3.9` or `libpython` tells the rest.
 * **Shape**: one entry per program seen. `languageOfScript` tells the language of a program that
 * the SBOM knows as a script of some package.
 */
export function createRuntimes(
  uses: readonly FileUseFact[],
  languageOfScript: (binary: string) => Language | undefined,
): Runtimes {
  const byBinary = new Map<string, Set<Language>>();
  const languagesOf = (binary: string) => {
    const known = byBinary.get(binary);
    if (known !== undefined) return known;
    const languages = new Set(languagesOfProgram(binary));
    const own = languageOfScript(binary);
    if (own !== undefined) languages.add(own);
    byBinary.set(binary, languages);
    return languages;
  };
  for (const use of uses) {
    if (use.how === "written") continue;
    const loaded = languagesOfRuntimeFile(use.path);
    if (loaded.length === 0) continue;
    for (const binary of use.binaries) {
      if (isCopyingProgram(binary)) continue;
      for (const language of loaded) languagesOf(binary).add(language);
    }
  }
  return { runs: (binary, language) => languagesOf(binary).has(language) };
}
