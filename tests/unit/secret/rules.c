/* Every rule for secrets: its own examples, Hyperscan against PCRE2, and the labelled set. */
#include "secret/ruleset.h"

#include "../test.h"
#include "base/buf.h"
#include "base/limits.h"
#include "io/hyperscan.h"
#include "io/pcre.h"
#include "io/whole_file.h"
#include "secret/rules_file.h"
#include "secret/scanner.h"

static struct secret_ruleset *set;
static struct secret_scanner *scanner;
static struct arena arena;

static struct str plain(struct str text)
{
    AUTO_BUF out = {0};
    for (size_t at; (at = str_find(text, STR("§"))) != SIZE_MAX; text = str_from(text, at + 2))
        buf_add(&out, str_first(text, at));
    buf_add(&out, text);
    return arena_str(&arena, buf_str(&out));
}

static struct secret_found_list scan(struct str path, struct str text)
{
    struct secret_found_list list;
    struct pl_err err;
    secret_scanner_begin(scanner, (struct secret_place){.path = path}, text.len);
    secret_scanner_add(scanner, text);
    CHECK_INT(secret_scanner_end(scanner, &list, &err), 0);
    return list;
}

static bool finds(const struct secret_rule *rule, struct str text)
{
    return secret_scanner_tries(scanner, rule, text);
}

static void examples(void)
{
    size_t seen = 0;
    for (const struct secret_rule *rule = secret_rules; rule->id; rule++) {
        for (const char *const *one = rule->examples; one && *one; one++, seen++)
            if (!finds(rule, plain(str_of(*one))))
                FAIL("%s does not find: %s", rule->id, *one);
        for (const char *const *one = rule->nots; one && *one; one++)
            if (finds(rule, plain(str_of(*one))))
                FAIL("%s finds: %s", rule->id, *one);
    }
    CHECK(seen >= secret_rule_count);
    CHECK(secret_rule_count >= 220);
}

/* ---- both engines on the same texts ---- */

static unsigned char hit[4096];

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                    void *context)
{
    (void)from;
    (void)to;
    (void)flags;
    (void)context;
    hit[id] = 1;
    return 0;
}

static struct pcre *patterns[4096];

static void compare(struct str text)
{
    static hs_scratch_t *scratch;
    const struct hyperscan_api *hs = hyperscan_load();
    if (!scratch)
        hs->alloc_scratch(set->databases[0], &scratch);
    memset(hit, 0, sizeof(hit));
    hs->scan(set->databases[0], text.data, (unsigned)text.len, 0, scratch, on_match, NULL);
    for (unsigned i = 0; i < secret_rule_count; i++) {
        struct pcre_hit ignored;
        bool other = pcre_match(patterns[i], text, 0, &ignored) == PCRE_HIT;
        if (other != (hit[i] != 0))
            FAIL("%s: Hyperscan says %d, PCRE2 %d: %.*s", secret_rules[i].id, hit[i], other,
                 STR_ARG(text));
    }
}

static struct str unescaped(struct str text)
{
    AUTO_BUF out = {0};
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '\\' && i + 1 < text.len) {
            c = text.data[++i];
            c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == '0' ? '\0' : c;
        }
        buf_putc(&out, c);
    }
    return plain(buf_str(&out));
}

static void each_line(void (*take)(struct str file, struct str wanted, struct str line))
{
    AUTO_BUF bytes = {0};
    struct pl_err err;
    struct str rest, row, file, wanted;
    CHECK_INT(whole_file_read(SOURCE_ROOT "/tests/secrets/labelled.tsv", 16 * MIB, "16 MiB", &bytes,
                              &err),
              0);
    rest = buf_str(&bytes);
    while (str_cut(&rest, '\n', &row)) {
        if (row.len == 0 || row.data[0] == '#')
            continue;
        CHECK(str_cut(&row, '\t', &file) && str_cut(&row, '\t', &wanted));
        take(file, wanted, unescaped(row));
    }
}

static void compare_line(struct str file, struct str wanted, struct str line)
{
    (void)file;
    (void)wanted;
    compare(line);
}

static void engines(void)
{
    for (unsigned i = 0; i < secret_rule_count; i++) {
        patterns[i] = pcre_new(secret_rules[i].pattern);
        CHECK(patterns[i] != NULL);
    }
    for (const struct secret_rule *rule = secret_rules; rule->id; rule++) {
        for (const char *const *one = rule->examples; one && *one; one++)
            compare(plain(str_of(*one)));
        for (const char *const *one = rule->nots; one && *one; one++)
            compare(plain(str_of(*one)));
    }
    each_line(compare_line);
    for (unsigned i = 0; i < secret_rule_count; i++)
        pcre_free(patterns[i]);
}

/* ---- the labelled set ---- */

static size_t lines, traps, right, wrong, missed;

static bool is_wanted(struct str wanted, const char *id)
{
    struct str one;
    while (str_cut(&wanted, ',', &one))
        if (str_is(one, id))
            return true;
    return false;
}

static void label(struct str file, struct str wanted, struct str line)
{
    struct secret_found_list list = scan(file, line);
    bool trap = str_is(wanted, "-");
    size_t found = 0, all = 0;
    struct str rest = wanted, one;
    while (!trap && str_cut(&rest, ',', &one))
        all++;
    for (size_t i = 0; i < list.count; i++) {
        bool good = !trap && is_wanted(wanted, list.items[i].rule->id);
        found += good;
        wrong += !good;
        if (!good)
            printf("%.*s: wrongly %s: %.*s\n", STR_ARG(file), list.items[i].rule->id,
                   STR_ARG(line));
    }
    if (found < all)
        printf("%.*s: not found %.*s: %.*s\n", STR_ARG(file), STR_ARG(wanted), STR_ARG(line));
    right += found;
    missed += found < all ? all - found : 0;
    lines++;
    traps += trap;
}

static void labelled(void)
{
    each_line(label);
    printf("%zu lines, %zu traps: recall %.4f, precision %.4f\n", lines, traps,
           (double)right / (double)(right + missed), (double)right / (double)(right + wrong));
    CHECK(lines >= 400);
    CHECK(traps >= 200);
    CHECK((double)right >= 0.98 * (double)(right + missed));
    CHECK((double)right >= 0.98 * (double)(right + wrong));
}

/* ---- files of people's ---- */

static const char TOKEN[] = "acme_"
                            "5f3Kx9QpL2vNwT7dRzBm";

static struct secret_ruleset *with_rules(const char *name, const char *text, int want,
                                         const char *message)
{
    struct secret_ruleset *own;
    struct secret_notes notes = {.arena = &arena};
    struct pl_err err;
    err.message[0] = 0;
    CHECK_INT(secret_ruleset_new(&own, &err), 0);
    int r = secret_rules_add(own, name, str_of(text), &notes, &err);
    if (r == 0)
        r = secret_ruleset_seal(own, &err);
    if (r == 0)
        r = secret_rules_try(own, &err);
    CHECK_INT(r, want);
    if (message && !strstr(err.message, message))
        FAIL("%s: \"%s\" does not tell: %s", name, err.message, message);
    VEC_FREE(&notes.items);
    return own;
}

/* The id of what is found in a file with this text; empty: nothing. */
static struct str first_of(const struct secret_ruleset *own, const char *path, const char *text)
{
    struct secret_scanner *one = secret_scanner_new(own);
    struct secret_found_list list;
    struct pl_err err;
    secret_scanner_begin(one, (struct secret_place){.path = str_of(path)}, strlen(text));
    secret_scanner_add(one, str_of(text));
    secret_scanner_end(one, &list, &err);
    struct str id = list.count ? str_of(list.items[0].rule->id) : STR_NONE;
    secret_scanner_free(one);
    return id;
}

static void own_rules(void)
{
    static const char text[] =
        "[[secret]]\nid = 'acme-token'\ntitle = 'Acme'\npattern = '\\b(acme_[0-9A-Za-z]{20})\\b'\n"
        "keywords = ['ACME']\nexamples = ['acme§_5f3Kx9QpL2vNwT7dRzBm']\nnot = "
        "['acme_5f3K']\nallow = ['Kx9QpL3']\n"
        "[[allow]]\nid = 'tests'\nfiles = ['**/fixtures/**']\nkinds = ['acme-*']\n";
    struct secret_ruleset *own = with_rules("own.toml", text, 0, NULL);
    CHECK_STR(first_of(own, "app/x", TOKEN), "acme-token");
    CHECK_STR(first_of(own, "app/fixtures/x", TOKEN), "");
    CHECK_STR(first_of(own, "app/x", "acme_5f3Kx9QpL3vNwT7dRzBm"), "");
    secret_ruleset_free(own);
    secret_ruleset_free(
        with_rules("bad.toml", "[[secret]]\nid='x'\npattern='a(b'\n", -PL_E_FORMAT, "the rule x"));
    secret_ruleset_free(with_rules("bad.toml", "[[secret]]\nid='x'\npattern='ab'\nexamples=['c']\n",
                                   -PL_E_FORMAT, "does not find its own example"));
    secret_ruleset_free(
        with_rules("bad.toml", "[[secret]]\nid='x'\npatern='ab'\n", -PL_E_FORMAT, "\"patern\""));
}

static void gitleaks(void)
{
    static const char text[] =
        "title = 'x'\n[extend]\nuseDefault = true\ndisabledRules = ['github-app-token']\n"
        "[[rules]]\nid = 'acme'\ndescription = 'Acme token'\nsecretGroup = 2\n"
        "regex = '''(?i)(acme)_([0-9a-z]{20})'''\nkeywords = ['ACME']\n"
        "[[rules.allowlists]]\nregexes = ['^zz']\nstopwords = ['dRzBn']\n"
        "[[rules]]\nid = 'p12'\ndescription = 'PKCS 12'\npath = '''(?i)(?:^|/)[^/]+\\.p12$'''\n"
        "[allowlist]\npaths = ['''(^|/)vendor/''']\n";
    struct secret_ruleset *own = with_rules("gitleaks.toml", text, 0, NULL);
    CHECK_STR(first_of(own, "a/x", TOKEN), "acme");
    CHECK_STR(first_of(own, "a/x", "acme_5f3Kx9QpL2vNwT7dRzBn"), "");
    CHECK_STR(first_of(own, "vendor/x", TOKEN), "");
    CHECK_STR(first_of(own, "a/key.p12", "\x30\x82\x01"), "p12");
    CHECK_STR(first_of(own, "a/key.p13", "\x30\x82\x01"), "");
    secret_ruleset_free(own);
}

static void trivy(void)
{
    static const char text[] =
        "rules:\n  - id: acme\n    category: general\n    title: Acme\n    severity: CRITICAL\n"
        "    regex: (?i)(?P<key>acme)_(?P<secret>[0-9a-z]{20})\n    secret-group-name: secret\n"
        "    keywords: [Acme]\n    allow-rules:\n      - id: t\n        path: .*/testdata/.*\n"
        "allow-rules:\n  - id: r\n    regex: ^5f3Kx9QpL3\n"
        "exclude-block:\n  regexes: ['--- never ---(.|\\n)*--- again ---']\n"
        "disable-rules: [npm-access-token]\n";
    struct secret_ruleset *own = with_rules("trivy-secret.yaml", text, 0, NULL);
    CHECK_STR(first_of(own, "a/x", TOKEN), "acme");
    CHECK_STR(first_of(own, "a/testdata/x", TOKEN), "");
    CHECK_STR(first_of(own, "a/x", "acme_5f3Kx9QpL3vNwT7dRzBm"), "");
    CHECK_STR(first_of(own, "a/x", "--- never ---\nacme_5f3Kx9QpL2vNwT7dRzBm\n--- again ---\n"),
              "");
    CHECK_STR(first_of(own, "a/x", "acme_5f3Kx9QpL2vNwT7dRzBm\n--- never ---\nx\n--- again ---\n"),
              "acme");
    CHECK_STR(first_of(own, "a/x", "--- never ---\nx\n--- again ---\nacme_5f3Kx9QpL2vNwT7dRzBm"),
              "acme");
    CHECK(secret_rule_find(own, STR("npm-access-token")) == NULL);
    CHECK(secret_rule_find(own, STR("npm-access-token-old")) != NULL);
    secret_ruleset_free(own);
    own = with_rules("t.yml", "enable-builtin-rules: [npm-access-token]\n", 0, NULL);
    CHECK_INT(own->rules.count, 1);
    secret_ruleset_free(own);
}

/* ---- the hash that stands for a secret ---- */

static void hashes(void)
{
    unsigned char digest[SHA256_BYTES], other[SHA256_BYTES];
    char a[SECRET_HASH], b[SECRET_HASH];
    secret_digest(STR("hunter2"), digest);
    secret_digest(STR("hunter3"), other);
    secret_hash(set, digest, a);
    secret_hash(set, other, b);
    CHECK(strcmp(a, b) != 0);
    secret_hash(set, digest, b);
    CHECK(strcmp(a, b) == 0);
    set->key[0] ^= 1;
    secret_hash(set, digest, b);
    CHECK(strcmp(a, b) != 0);
    set->key[0] ^= 1;
}

int main(void)
{
    struct pl_err err;
    if (secret_ruleset_new(&set, &err) < 0 || secret_ruleset_seal(set, &err) < 0) {
        printf("FAIL %s\n", err.message);
        return 1;
    }
    scanner = secret_scanner_new(set);
    RUN(examples);
    RUN(engines);
    RUN(labelled);
    RUN(own_rules);
    RUN(gitleaks);
    RUN(trivy);
    RUN(hashes);
    secret_scanner_free(scanner);
    secret_ruleset_free(set);
    arena_free(&arena);
    return test_end();
}
