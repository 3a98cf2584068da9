/* Which packages are meant by what others need. */
#include "app/depends.h"

#include "test.h"

static struct report report;

static struct package *add(enum package_type type, const char *name, const char *version,
                           const char *path)
{
    struct package *package = VEC_ADD(&report.packages);
    *package = (struct package){.type = type, .name = str_of(name), .version = str_of(version)};
    package->paths = ARENA_NEW(&report.arena, struct str);
    package->paths[0] = str_of(path);
    package->path_count = 1;
    return package;
}

static struct str *one(const char *text)
{
    struct str *list = ARENA_NEW(&report.arena, struct str);
    *list = str_of(text);
    return list;
}

static void needs(size_t package, const char *text)
{
    report.packages.items[package].needs = one(text);
    report.packages.items[package].need_count = 1;
}

static void provides(size_t package, const char *text)
{
    report.packages.items[package].provides = one(text);
    report.packages.items[package].provide_count = 1;
}

static void done(void)
{
    VEC_FREE(&report.packages);
    arena_free(&report.arena);
    memset(&report, 0, sizeof(report));
}

/* "1 3": the packages that package 0 depends on. */
static void check_first(const char *want)
{
    char got[256] = "";
    size_t len = 0;
    depends_resolve(&report);
    const struct package *package = &report.packages.items[0];
    for (size_t i = 0; i < package->depend_count && len < sizeof(got) - 24; i++)
        len += (size_t)snprintf(got + len, sizeof(got) - len, "%s%zu", i ? " " : "",
                                package->depends[i]);
    CHECK_STR(str_of(got), want);
    done();
}

static void test_name_and_what_provides_it(void)
{
    add(PACKAGE_DEB, "a", "1", "var/lib/dpkg/status");
    add(PACKAGE_DEB, "b", "1", "var/lib/dpkg/status");
    add(PACKAGE_RPM, "b", "1", "var/lib/dpkg/status");
    needs(0, "b");
    check_first("1");

    add(PACKAGE_DEB, "a", "1", "var/lib/dpkg/status");
    add(PACKAGE_DEB, "exim", "1", "var/lib/dpkg/status");
    needs(0, "mail");
    provides(1, "mail");
    check_first("1");

    add(PACKAGE_DEB, "a", "1", "var/lib/dpkg/status");
    needs(0, "absent");
    check_first("");
}

static void test_alternatives_are_tried_in_order(void)
{
    add(PACKAGE_DEB, "a", "1", "s");
    add(PACKAGE_DEB, "c", "1", "s");
    add(PACKAGE_DEB, "b", "1", "s");
    needs(0, "absent|b|c");
    check_first("2");
}

static void test_the_same_architecture_first(void)
{
    add(PACKAGE_DEB, "a", "1", "s")->arch = STR("arm64");
    add(PACKAGE_DEB, "libc6", "1", "s")->arch = STR("amd64");
    add(PACKAGE_DEB, "libc6", "1", "s")->arch = STR("arm64");
    needs(0, "libc6");
    check_first("2");

    add(PACKAGE_DEB, "a", "1", "s")->arch = STR("arm64");
    add(PACKAGE_DEB, "data", "1", "s")->arch = STR("all");
    needs(0, "data");
    check_first("1");
}

static void test_versions(void)
{
    add(PACKAGE_CARGO, "a", "1", "Cargo.lock");
    add(PACKAGE_CARGO, "b", "1.0.0", "Cargo.lock");
    add(PACKAGE_CARGO, "b", "2.0.0", "Cargo.lock");
    needs(0, "b\t2.0.0");
    check_first("2");

    add(PACKAGE_CARGO, "a", "1", "Cargo.lock");
    add(PACKAGE_CARGO, "b", "1.0.0", "Cargo.lock");
    needs(0, "b\t3.0.0");
    check_first("");
}

/* More versions than are looked at of one name. */
static void test_one_version_of_many(void)
{
    add(PACKAGE_CARGO, "a", "1", "Cargo.lock");
    for (int i = 0; i < 1000; i++) {
        struct str version = arena_printf(&report.arena, "%d.0.0", i);
        add(PACKAGE_CARGO, "b", version.data, "Cargo.lock");
    }
    needs(0, "b\t999.0.0");
    check_first("1000");
}

static void test_the_nearest_file(void)
{
    add(PACKAGE_PYPI, "a", "1", "opt/one/site-packages/a.dist-info/METADATA");
    add(PACKAGE_PYPI, "b", "1", "opt/two/site-packages/b.dist-info/METADATA");
    add(PACKAGE_PYPI, "B", "2", "opt/one/site-packages/B.dist-info/METADATA");
    add(PACKAGE_PYPI, "b", "3", "b.dist-info/METADATA");
    needs(0, "b");
    check_first("2");
}

static void test_folders_of_npm(void)
{
    add(PACKAGE_NPM, "a", "1", "app/node_modules/a/package.json");
    add(PACKAGE_NPM, "b", "1", "app/node_modules/b/package.json");
    add(PACKAGE_NPM, "b", "2", "app/node_modules/a/node_modules/b/package.json");
    add(PACKAGE_NPM, "b", "3", "app/node_modules/c/node_modules/b/package.json");
    needs(0, "b");
    check_first("2");

    add(PACKAGE_NPM, "a", "1", "app/node_modules/a/package.json");
    add(PACKAGE_NPM, "b", "3", "app/node_modules/c/node_modules/b/package.json");
    add(PACKAGE_NPM, "b", "4", "other/node_modules/b/package.json");
    needs(0, "b");
    check_first("");

    add(PACKAGE_NPM, "a", "1", "srv/app/package.json");
    add(PACKAGE_NPM, "real", "1", "srv/node_modules/@s/b/package.json");
    needs(0, "@s/b");
    check_first("1");
}

/* A package that is in two places, each with its own. */
static void test_every_place_counts(void)
{
    struct package *package = add(PACKAGE_NPM, "a", "1", "x/node_modules/a/package.json");
    package->paths = ARENA_ARRAY(&report.arena, struct str, 2);
    package->paths[0] = STR("x/node_modules/a/package.json");
    package->paths[1] = STR("y/node_modules/a/package.json");
    package->path_count = 2;
    add(PACKAGE_NPM, "b", "1", "x/node_modules/b/package.json");
    add(PACKAGE_NPM, "b", "2", "y/node_modules/b/package.json");
    needs(0, "b");
    check_first("1 2");
}

static void test_never_itself_and_once_each(void)
{
    add(PACKAGE_DEB, "a", "1", "s");
    add(PACKAGE_DEB, "b", "1", "s");
    provides(1, "c");
    struct str *list = ARENA_ARRAY(&report.arena, struct str, 4);
    list[0] = STR("a");
    list[1] = STR("b");
    list[2] = STR("c");
    list[3] = STR("|\t||");
    report.packages.items[0].needs = list;
    report.packages.items[0].need_count = 4;
    check_first("1");
}

/* Thousands of packages under one name, needed thousands of times: it ends, and soon. */
static void test_hostile_counts(void)
{
    enum { MANY = 3000 };
    for (int i = 0; i < MANY; i++)
        add(PACKAGE_NPM, "same", "1", "package-lock.json");
    struct str *list = ARENA_ARRAY(&report.arena, struct str, MANY);
    for (size_t i = 0; i < MANY; i++)
        list[i] = STR("same|same|same");
    for (size_t i = 0; i < MANY; i++) {
        report.packages.items[i].needs = list;
        report.packages.items[i].need_count = MANY;
    }
    depends_resolve(&report);
    CHECK_INT(report.packages.items[0].depend_count, 1);
    CHECK_INT(report.packages.items[0].depends[0], 1);
    done();
}

int main(void)
{
    RUN(test_name_and_what_provides_it);
    RUN(test_alternatives_are_tried_in_order);
    RUN(test_the_same_architecture_first);
    RUN(test_versions);
    RUN(test_one_version_of_many);
    RUN(test_the_nearest_file);
    RUN(test_folders_of_npm);
    RUN(test_every_place_counts);
    RUN(test_never_itself_and_once_each);
    RUN(test_hostile_counts);
    return test_end();
}
