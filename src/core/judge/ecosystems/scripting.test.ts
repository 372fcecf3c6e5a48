/** Tests packages of scripting languages that live in directories of their own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { elf, judgeSample, placed } from "../../../testing/sample-image.ts";

const home = "/usr/local/bundle";

test("gems own their directory, their built extensions and not their specification", () => {
  const packages = [
    {
      name: "rack",
      type: "gem",
      ...placed(`${home}/specifications/rack-2.2.gemspec`),
      roots: [`${home}/gems/rack-2.2`],
    },
    { name: "puma", type: "gem", ...placed(`${home}/specifications/puma-5.gemspec`) },
    {
      name: "nokogiri",
      type: "gem",
      ...placed("/var/lib/gems/3.1.0/specifications/nokogiri-1.gemspec"),
    },
  ];
  const extension = "/var/lib/gems/3.1.0/extensions/x86_64-linux/3.1.0/nokogiri-1/nokogiri.so";
  const usages = judgeSample({
    packages,
    files: { [extension]: elf() },
    uses: [
      { path: `${home}/gems/rack-2.2/lib/rack.rb`, binaries: ["/usr/bin/ruby3.1"] },
      { path: `${home}/specifications/puma-5.gemspec`, binaries: ["/usr/bin/ruby3.1"] },
      { path: extension, how: "mapped" },
    ],
  });
  assert.equal(usages.get("rack")?.level, "runtime-read");
  assert.equal(usages.get("puma")?.state, "not-observed");
  assert.equal(usages.get("nokogiri")?.level, "mapped");
});

test("gems of the standard library and of a distribution are found by their name", () => {
  const default_ = "/usr/lib/ruby/gems/3.1.0/specifications/default/json-2.6.gemspec";
  const shipped = "/usr/share/rubygems-integration/all/specifications/rack-2.gemspec";
  const usages = judgeSample({
    packages: [
      { name: "json", type: "gem", ...placed(default_) },
      { name: "rack", type: "gem", ...placed(shipped) },
      { name: "net-http", type: "gem", ...placed(default_.replace("json", "net-http")) },
    ],
    uses: [
      { path: "/usr/lib/ruby/3.1.0/json/common.rb", binaries: ["/usr/bin/ruby"] },
      { path: "/usr/lib/ruby/vendor_ruby/rack.rb", binaries: ["/usr/bin/ruby"] },
      { path: "/usr/lib/ruby/3.1.0/net/http.rb", binaries: ["/usr/bin/ruby"] },
    ],
  });
  assert.equal(usages.get("json")?.state, "in-use");
  assert.equal(usages.get("rack")?.state, "in-use");
  assert.equal(usages.get("net-http")?.state, "in-use");
});

test("Composer packages own vendor/NAME, and not through another vendor directory", () => {
  const place = placed("/app/vendor/composer/installed.json");
  const usages = judgeSample({
    packages: [
      { name: "monolog/monolog", type: "php-composer", ...place },
      { name: "symfony/yaml", type: "php-composer", ...place },
    ],
    uses: [
      { path: "/app/vendor/monolog/monolog/src/Logger.php", binaries: ["/usr/sbin/php-fpm8.2"] },
      { path: "/app/vendor/symfony/yaml/composer.json", binaries: ["/usr/bin/php"] },
    ],
  });
  assert.equal(usages.get("monolog/monolog")?.level, "runtime-read");
  assert.equal(usages.get("symfony/yaml")?.state, "not-observed");
});

test("PHP that Apache runs is run, and so is what a web server merely serves read", () => {
  const packages = [
    {
      name: "blog",
      type: "wordpress-plugin",
      ...placed("/var/www/wp-content/plugins/blog/blog.php"),
    },
    { name: "libjs-jquery", type: "deb", files: ["/usr/share/javascript/jquery/jquery.js"] },
  ];
  const usages = judgeSample({
    packages,
    uses: [
      { path: "/var/www/wp-content/plugins/blog/inc/a.php", binaries: ["/usr/sbin/apache2"] },
      { path: "/usr/share/javascript/jquery/jquery.js", binaries: ["/usr/sbin/nginx"] },
    ],
  });
  assert.equal(usages.get("blog")?.level, "runtime-read");
  assert.deepEqual(
    [usages.get("libjs-jquery")?.state, usages.get("libjs-jquery")?.level],
    ["in-use", "read"],
  );
});

test("Erlang applications and R packages own the directory around their manifest", () => {
  const usages = judgeSample({
    packages: [
      { name: "cowboy", type: "erlang-otp", ...placed("/opt/lib/cowboy-2/ebin/cowboy.app") },
      { name: "ggplot2", type: "R-package", ...placed("/usr/lib/R/library/ggplot2/DESCRIPTION") },
    ],
    uses: [
      { path: "/opt/lib/cowboy-2/ebin/cowboy.beam", binaries: ["/opt/erts/bin/beam.smp"] },
      { path: "/usr/lib/R/library/ggplot2/DESCRIPTION", binaries: ["/usr/lib/R/bin/exec/R"] },
    ],
  });
  assert.equal(usages.get("cowboy")?.level, "runtime-read");
  assert.equal(usages.get("ggplot2")?.state, "not-observed");
});

test("Perl modules of a distribution package are run by Perl", () => {
  const path = "/usr/share/perl5/JSON.pm";
  const usages = judgeSample({
    packages: [{ name: "libjson-perl", type: "deb", files: [path] }],
    uses: [{ path, binaries: ["/usr/bin/perl"] }],
  });
  assert.equal(usages.get("libjson-perl")?.level, "runtime-read");
});

test("a gem of a distribution whose libraries have another name is unknown, never unused", () => {
  const home = "/usr/share/rubygems-integration/all";
  const gem = (name: string) => ({
    name,
    type: "gem",
    ...placed(`${home}/specifications/${name}-6.gemspec`),
    roots: [`${home}/gems/${name}-6`],
  });
  const library = `${home}/gems/activesupport-6/lib/active_support.rb`;
  const packages = [gem("rubyzip"), gem("activesupport")];
  const uses = [{ path: library, binaries: ["/usr/bin/ruby3.1"] }];
  const files = { "/usr/lib/ruby/vendor_ruby/zip.rb": {}, [library]: {}, "/x": "-> y" };
  for (const image of [{ packages, files }, { packages }]) {
    const usages = judgeSample({ ...image, uses });
    assert.equal(usages.get("rubyzip")?.state, "unknown");
    assert.equal(usages.get("activesupport")?.level, "runtime-read");
  }
});
