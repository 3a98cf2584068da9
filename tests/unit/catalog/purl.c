#include "model/purl.h"
#include "base/mem.h"
#include "test.h"

static void purls(void)
{
    static const struct {
        enum package_type type;
        const char *name, *version, *arch, *source, *source_version, *module;
        const char *os, *release, *want;
    } cases[] = {
        {PACKAGE_DEB, "openssl", "3.0.11-1~deb12u2", "amd64", "openssl", "3.0.11-1~deb12u2", "",
         "debian", "12", "pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=amd64&distro=debian-12"},
        {PACKAGE_DEB, "libssl3", "3.0.11-1", "amd64", "openssl", "3.0.11-1", "", "debian", "12",
         "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12&upstream=openssl"},
        {PACKAGE_DEB, "g++", "4:12.2.0-3+b1", "amd64", "gcc-defaults", "1.203", "", "debian", "12",
         "pkg:deb/debian/g%2B%2B@4:12.2.0-3%2Bb1?arch=amd64&distro=debian-12"
         "&upstream=gcc-defaults%401.203"},
        {PACKAGE_DEB, "a", "1-1+b1", "amd64", "a", "1-1", "", "ubuntu", "22.04",
         "pkg:deb/ubuntu/a@1-1%2Bb1?arch=amd64&distro=ubuntu-22.04&upstream=a%401-1"},
        {PACKAGE_APK, "musl", "1.2.4-r2", "x86_64", "musl", "1.2.4-r2", "", "alpine", "3.19.1",
         "pkg:apk/alpine/musl@1.2.4-r2?arch=x86_64&distro=alpine-3.19.1"},
        {PACKAGE_RPM, "bash", "5.1.8-6.el9", "x86_64", "bash", "5.1.8-6.el9", "", "rhel", "9.4",
         "pkg:rpm/redhat/bash@5.1.8-6.el9?arch=x86_64&distro=rhel-9.4"},
        {PACKAGE_RPM, "bind-libs", "32:9.16.23-18.el9", "x86_64", "bind", "9.16.23-18.el9", "",
         "almalinux", "9.4",
         "pkg:rpm/almalinux/bind-libs@9.16.23-18.el9?arch=x86_64&distro=almalinux-9.4&epoch=32"
         "&upstream=bind"},
        {PACKAGE_RPM, "x", "0:1-2", "noarch", "x", "1-2", "", "opensuse-leap", "15.6",
         "pkg:rpm/opensuse/x@1-2?arch=noarch&distro=opensuse-leap-15.6"},
        {PACKAGE_RPM, "nodejs", "1:18.1-1", "x86_64", "", "", "nodejs:18:8080:63b34585", "rocky",
         "8.9",
         "pkg:rpm/rocky/nodejs@18.1-1?arch=x86_64&distro=rocky-8.9&epoch=1"
         "&modularitylabel=nodejs:18:8080:63b34585"},
        {PACKAGE_RPM, "a b/c", "1^2-3", "", "", "", "", "", "", "pkg:rpm/a%20b%2Fc@1%5E2-3"},
        {PACKAGE_DEB, "\xc3\xa9", "1", "", "", "", "", "x", "", "pkg:deb/x/%C3%A9@1?distro=x"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena = {0};
        struct package package = {
            .type = cases[i].type,
            .name = str_of(cases[i].name),
            .version = str_of(cases[i].version),
            .arch = str_of(cases[i].arch),
            .source_name = str_of(cases[i].source),
            .source_version = str_of(cases[i].source_version),
            .module = str_of(cases[i].module),
        };
        struct os_info os = {.id = str_of(cases[i].os), .version = str_of(cases[i].release)};
        CHECK_STR(purl_of(&arena, &package, &os), cases[i].want);
        arena_free(&arena);
    }
}

static void codename_where_there_is_no_version(void)
{
    struct arena arena = {0};
    struct package package = {.type = PACKAGE_DEB, .name = STR("a"), .version = STR("1")};
    struct os_info os = {.id = STR("debian"), .codename = STR("sid")};
    CHECK_STR(purl_of(&arena, &package, &os), "pkg:deb/debian/a@1?distro=debian-sid");
    arena_free(&arena);
}

int main(void)
{
    RUN(purls);
    RUN(codename_where_there_is_no_version);
    return test_end();
}
