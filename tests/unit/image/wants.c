/* Which readers want a path. */
#include "image/wants.h"
#include "base/hash.h"
#include "base/path.h"
#include "test.h"

/* The readers' numbers in their order, as digits. */
static const char *readers_of(const struct wants *wants, const char *text)
{
    static char all[WANTS_MATCHES * 4];
    unsigned readers[WANTS_MATCHES];
    struct str path = str_of(text), dir = path_dir(path);
    size_t count = wants_match(wants, path, hash_str(path), dir.len, hash_str(dir), readers);
    CHECK(count <= WANTS_MATCHES);
    all[0] = '\0';
    for (unsigned reader = 0; reader < 100; reader++)
        for (size_t i = 0; i < count; i++)
            if (readers[i] == reader)
                snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%u", all[0] ? "," : "",
                         reader);
    return all;
}

static void matches(void)
{
    static const struct {
        const char *path, *readers;
    } cases[] = {
        {"var/lib/dpkg/status", "0"},
        {"var/lib/dpkg/status.d/base", "0"},
        {"var/lib/dpkg/status.d/base/x", ""},
        {"var/lib/dpkg/status.d", ""},
        {"var/lib/dpkg", ""},
        {"lib/dpkg/status", ""},
        {"top", "1"},
        {"x.conf", "2"},
        {"etc/x.conf", "3"},
        {"usr/lib/os-release", "4,5"},
        {"etc/os-release", "4"},
        {"opt/app/package.json", "6"},
        {"package.json", "6"},
        {"opt/node_modules/a/package.json", "6,7"},
        {"opt/package.jsonx", ""},
        {"etc/twice", "8"}, /* a reader that asks twice is called once */
        {"", ""},
    };
    struct wants wants = {0};
    wants_add(&wants, STR("var/lib/dpkg/status"), 0);
    wants_add(&wants, STR("var/lib/dpkg/status.d/*"), 0);
    wants_add(&wants, STR("top"), 1);
    wants_add(&wants, STR("*.conf"), 2);
    wants_add(&wants, STR("etc/*.conf"), 3);
    wants_add(&wants, STR("etc/os-release"), 4);
    wants_add(&wants, STR("usr/lib/os-release"), 4);
    wants_add(&wants, STR("usr/lib/os-?elease"), 5);
    wants_add(&wants, STR("**/package.json"), 6);
    wants_add(&wants, STR("opt/*/*/package.json"), 7);
    wants_add(&wants, STR("etc/twice"), 8);
    wants_add(&wants, STR("etc/tw*"), 8);
    wants_add(&wants, STR("**/twice"), 8);
    wants_seal(&wants);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *got = readers_of(&wants, cases[i].path);
        if (strcmp(got, cases[i].readers) != 0)
            FAIL("\"%s\": %s, not %s", cases[i].path, got, cases[i].readers);
    }
    wants_free(&wants);
}

static void nothing_is_wanted(void)
{
    struct wants wants = {0};
    wants_seal(&wants);
    CHECK_STR(str_of(readers_of(&wants, "a/b")), "");
    wants_free(&wants);
}

/* More readers than a path can have: the first ones get it. */
static void too_many_readers(void)
{
    struct wants wants = {0};
    for (unsigned i = 0; i < 20; i++)
        wants_add(&wants, i % 2 ? STR("a/b") : STR("a/*"), i);
    wants_seal(&wants);
    unsigned readers[WANTS_MATCHES];
    CHECK_INT(wants_match(&wants, STR("a/b"), hash_str(STR("a/b")), 1, hash_str(STR("a")), readers),
              WANTS_MATCHES);
    wants_free(&wants);
}

/* A hash that is another path's decides nothing. */
static void hashes_are_not_trusted(void)
{
    struct wants wants = {0};
    wants_add(&wants, STR("a/b"), 0);
    wants_add(&wants, STR("c/*"), 1);
    wants_seal(&wants);
    unsigned readers[WANTS_MATCHES];
    CHECK_INT(wants_match(&wants, STR("x/y"), hash_str(STR("a/b")), 1, hash_str(STR("c")), readers),
              0);
    wants_free(&wants);
}

static void many_patterns(void)
{
    struct wants wants = {0};
    static char patterns[2000][24];
    for (unsigned i = 0; i < 2000; i++) {
        snprintf(patterns[i], sizeof(patterns[i]), i % 2 ? "dir%u/file" : "dir%u/*.x", i);
        wants_add(&wants, str_of(patterns[i]), i % 90);
    }
    wants_seal(&wants);
    for (unsigned i = 0; i < 2000; i++) {
        char path[40], want[8];
        snprintf(path, sizeof(path), i % 2 ? "dir%u/file" : "dir%u/f.x", i);
        snprintf(want, sizeof(want), "%u", i % 90);
        CHECK_STR(str_of(readers_of(&wants, path)), want);
        snprintf(path, sizeof(path), "dir%u/none", i);
        CHECK_STR(str_of(readers_of(&wants, path)), "");
    }
    wants_free(&wants);
}

int main(void)
{
    RUN(matches);
    RUN(nothing_is_wanted);
    RUN(too_many_readers);
    RUN(hashes_are_not_trusted);
    RUN(many_patterns);
    return test_end();
}
