#include "catalog/os.h"
#include "base/mem.h"
#include "test.h"

/* An image of a few files: path, content, path, content ... ended by NULL. */
struct image {
    const char *const *files;
};

static bool get(void *context, const char *path, struct str *ret_content)
{
    const struct image *image = context;
    for (const char *const *file = image->files; *file; file += 2)
        if (strcmp(file[0], path) == 0) {
            *ret_content = str_of(file[1]);
            return true;
        }
    return false;
}

static void each(void *context, const char *pattern,
                 void (*visit)(void *visit_context, struct str content), void *visit_context)
{
    const struct image *image = context;
    for (const char *const *file = image->files; *file; file += 2)
        if (str_glob(str_of(pattern), str_of(file[0])))
            visit(visit_context, str_of(file[1]));
}

static struct os_info detect(struct arena *arena, const char *const *files)
{
    struct image image = {files};
    struct os_files all = {&image, get, each};
    struct os_info os;
    os_detect(arena, &os, &all);
    return os;
}

/* "name[stream!] | name": '!' marks what is out of reach. */
static struct str namespaces_of(struct arena *arena, const struct os_info *os)
{
    struct os_namespace *list;
    size_t count;
    struct str text = {"", 0};
    os_namespaces(os, arena, &list, &count);
    for (size_t i = 0; i < count; i++) {
        text =
            arena_printf(arena, "%.*s%s%.*s", STR_ARG(text), i ? " | " : "", STR_ARG(list[i].name));
        if (list[i].stream.len)
            text = arena_printf(arena, "%.*s[%.*s%s]", STR_ARG(text), STR_ARG(list[i].stream),
                                list[i].out_of_reach ? "!" : "");
    }
    return text;
}

static struct str streams_of(struct arena *arena, const struct os_info *os)
{
    struct str text = {"", 0};
    for (size_t i = 0; i < os->stream_count; i++)
        text =
            arena_printf(arena, "%.*s%s%.*s", STR_ARG(text), i ? " " : "", STR_ARG(os->streams[i]));
    return text;
}

#define OS "etc/os-release"
#define REDHAT_PARTS(name, stream)                                                                 \
    "Red Hat:" name "::baseos" stream " | Red Hat:" name "::appstream" stream " | Red Hat:" name   \
    "::crb" stream " | Red Hat:" name "::highavailability" stream " | Red Hat:" name               \
    "::realtime" stream " | Red Hat:" name "::nfv" stream " | Red Hat:" name                       \
    "::resilientstorage" stream " | Red Hat:" name "::sap_hana" stream " | Red Hat:" name          \
    "::supplementary" stream " | "
#define REDHAT_9 REDHAT_PARTS("enterprise_linux:9", "") "Red Hat:enterprise_linux:9"

struct system {
    const char *files[12];
    const char *id, *version, *codename, *end_of_life, *streams, *namespaces;
};
static const struct system systems[] = {
    /* Debian and what is made of it */
    {{OS,
      "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\n"
      "VERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\nID=debian\n",
      "etc/debian_version", "12.5\n"},
     "debian",
     "12",
     "bookworm",
     "2028-06-30",
     "lts",
     "Debian:12"},
    {{OS, "ID=debian\nVERSION_ID=10\nVERSION_CODENAME=buster\n",
      "etc/apt/sources.list.d/freexian.list",
      "#deb http://x/extended-lts stretch main\ndeb http://x/extended-lts buster main\n"},
     "debian",
     "10",
     "buster",
     "2029-06-30",
     "elts lts",
     "Debian:10"},
    {{OS, "PRETTY_NAME=\"Debian GNU/Linux forky/sid\"\nID=debian\nVERSION_CODENAME=forky\n"},
     "debian",
     "",
     "forky",
     "",
     "",
     "Debian:14"},
    {{OS, "ID=debian\n", "etc/debian_version", "forky/sid\n"},
     "debian",
     "",
     "forky",
     "",
     "",
     "Debian:14"},
    {{OS, "ID=debian\nVERSION_CODENAME=forky\n", "etc/apt/sources.list.d/debian.sources",
      "Types: deb\nURIs: http://x/debian\nSuites: sid\nComponents: main\n"},
     "debian",
     "",
     "sid",
     "",
     "",
     "Debian:sid"},
    {{"etc/debian_version", "7.11\n"}, "debian", "7", "", "2018-05-31", "lts", "Debian:7"},
    {{"etc/debian_version", "wheezy/sid\n"}, "debian", "", "wheezy", "2016-04-25", "", "Debian:7"},
    {{OS, "ID=raspbian\nID_LIKE=debian\nVERSION_ID=\"11\"\nVERSION_CODENAME=bullseye\n"},
     "raspbian",
     "11",
     "bullseye",
     "2026-08-31",
     "lts",
     "Debian:11"},
    {{OS, "ID=devuan\nID_LIKE=debian\nVERSION_ID=\"5\"\nVERSION_CODENAME=daedalus\n"},
     "devuan",
     "5",
     "daedalus",
     "2028-06-30",
     "lts",
     "Debian:12"},
    {{OS, "ID=kali\nID_LIKE=debian\nVERSION_ID=\"2026.1\"\nVERSION_CODENAME=kali-rolling\n"},
     "kali",
     "2026.1",
     "kali-rolling",
     "",
     "",
     ""},
    /* Ubuntu */
    {{OS, "ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"22.04\"\nVERSION_CODENAME=jammy\n"
          "UBUNTU_CODENAME=jammy\n"},
     "ubuntu",
     "22.04",
     "jammy",
     "2027-06-01",
     "",
     "Ubuntu:Pro:22.04[pro!] | Ubuntu:22.04"},
    {{OS, "ID=ubuntu\nVERSION_ID=\"18.04\"\nVERSION_CODENAME=bionic\n",
      "var/lib/ubuntu-advantage/status.json",
      "{\"services\":[{\"name\":\"esm-infra\",\"status\":\"enabled\"},"
      "{\"name\":\"esm-apps\",\"status\":\"disabled\"},7,{\"name\":[]}]}"},
     "ubuntu",
     "18.04",
     "bionic",
     "2028-04-26",
     "esm-infra",
     "Ubuntu:Pro:18.04[pro] | Ubuntu:18.04"},
    {{OS, "ID=ubuntu\nVERSION_ID=\"16.04\"\n", "etc/apt/sources.list.d/ubuntu-esm-apps.list",
      "deb https://esm.ubuntu.com/apps/ubuntu xenial-apps-security main\n"},
     "ubuntu",
     "16.04",
     "",
     "2026-04-23",
     "esm-apps",
     "Ubuntu:Pro:16.04[pro] | Ubuntu:16.04"},
    {{OS, "ID=ubuntu\nVERSION_ID=\"25.10\"\n"},
     "ubuntu",
     "25.10",
     "",
     "2026-07-09",
     "",
     "Ubuntu:Pro:25.10[pro!] | Ubuntu:25.10"},
    {{"etc/lsb-release",
      "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=10.04\nDISTRIB_CODENAME=lucid\n"
      "DISTRIB_DESCRIPTION=\"Ubuntu 10.04.4 LTS\"\n",
      "etc/debian_version", "squeeze/sid\n"},
     "ubuntu",
     "10.04",
     "lucid",
     "2015-04-30",
     "",
     "Ubuntu:Pro:10.04[pro!] | Ubuntu:10.04"},
    {{OS, "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\nVERSION_ID=\"21.3\"\n"
          "VERSION_CODENAME=virginia\nUBUNTU_CODENAME=jammy\n"},
     "linuxmint",
     "21.3",
     "jammy",
     "2027-06-01",
     "",
     "Ubuntu:Pro:22.04[pro!] | Ubuntu:22.04"},
    {{OS, "ID=linuxmint\nID_LIKE=debian\nVERSION_ID=6\nVERSION_CODENAME=faye\n"
          "DEBIAN_CODENAME=bookworm\n"},
     "linuxmint",
     "6",
     "bookworm",
     "2028-06-30",
     "lts",
     "Debian:12"},
    /* Alpine and kin */
    {{OS, "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.19.1\n", "etc/apk/repositories",
      "http://x/v3.19/main\nhttp://x/v3.19/community\n@edge http://x/edge/main\n"},
     "alpine",
     "3.19.1",
     "",
     "2025-11-01",
     "",
     "Alpine:v3.19"},
    {{OS, "ID=alpine\nVERSION_ID=3.22.0_alpha20250108\n"},
     "alpine",
     "3.22.0_alpha20250108",
     "edge",
     "",
     "",
     "Alpine:edge"},
    {{OS, "ID=alpine\nVERSION_ID=3.21.0\n", "etc/apk/repositories",
      "http://x/edge/main\nhttp://x/edge/community\n"},
     "alpine",
     "3.21.0",
     "edge",
     "",
     "",
     "Alpine:edge"},
    {{"etc/alpine-release", "3.8.5\n"}, "alpine", "3.8.5", "", "2020-05-01", "", "Alpine:v3.8"},
    {{OS, "ID=wolfi\nNAME=\"Wolfi\"\nVERSION_ID=\"20230201\"\n"},
     "wolfi",
     "20230201",
     "",
     "",
     "",
     "Wolfi"},
    {{OS, "ID=chainguard\nVERSION_ID=\"20230214\"\n"},
     "chainguard",
     "20230214",
     "",
     "",
     "",
     "Chainguard | Wolfi"},
    /* Red Hat and kin */
    {{OS, "ID=\"rhel\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"9\"\n"},
     "rhel",
     "9",
     "",
     "2032-05-31",
     "",
     REDHAT_9},
    {{OS, "ID=\"rhel\"\nVERSION_ID=\"9.4\"\n", "root/buildinfo/content_manifests/ubi9-9.4.json",
      "{\"content_sets\":[\"rhel-9-for-x86_64-baseos-eus-rpms\",3]}"},
     "rhel",
     "9.4",
     "",
     "2026-04-30",
     "eus",
     REDHAT_PARTS("rhel_eus:9.4", "[eus]") REDHAT_PARTS("rhel_e4s:9.4", "[e4s!]")
         REDHAT_PARTS("rhel_aus:9.4", "[aus!]") REDHAT_PARTS("rhel_tus:9.4", "[tus!]") REDHAT_9},
    {{OS, "ID=rhel\nVERSION_ID=\"7.9\"\n", "etc/yum.repos.d/redhat.repo",
      "[rhel-7-server-els-rpms]\nenabled = 1\n[rhel-7-server-eus-rpms]\nenabled=0\n"},
     "rhel",
     "7.9",
     "",
     "2028-06-30",
     "els",
     "Red Hat:rhel_els:7[els] | Red Hat:rhel_els:7::server[els] | "
     "Red Hat:enterprise_linux:7::server | Red Hat:enterprise_linux:7::client | "
     "Red Hat:enterprise_linux:7::workstation | Red Hat:enterprise_linux:7::computenode | "
     "Red Hat:enterprise_linux:7"},
    {{"etc/redhat-release", "CentOS release 5.11 (Final)\n"},
     "centos",
     "5.11",
     "",
     "2017-03-31",
     "",
     "Red Hat:enterprise_linux:5::server | Red Hat:enterprise_linux:5::client | "
     "Red Hat:enterprise_linux:5::workstation | Red Hat:enterprise_linux:5::computenode | "
     "Red Hat:enterprise_linux:5"},
    {{OS, "NAME=\"CentOS Stream\"\nPRETTY_NAME=\"CentOS Stream 9\"\nID=\"centos\"\n"
          "VERSION_ID=\"9\"\n"},
     "centos",
     "9",
     "",
     "2027-05-31",
     "",
     "CentOS Stream:9"},
    {{OS, "ID=\"rocky\"\nVERSION_ID=\"9.3\"\n"},
     "rocky",
     "9.3",
     "",
     "2032-05-31",
     "",
     "Rocky Linux:9"},
    {{OS, "ID=\"almalinux\"\nVERSION_ID=\"8.10\"\n"},
     "almalinux",
     "8.10",
     "",
     "2029-03-01",
     "",
     "AlmaLinux:8"},
    {{OS, "ID=\"ol\"\nVERSION_ID=\"9.4\"\n"}, "ol", "9.4", "", "2032-06-30", "", "Oracle Linux:9"},
    {{"etc/redhat-release", "Red Hat Enterprise Linux Server release 6.10 (Santiago)\n",
      "etc/oracle-release", "Oracle Linux Server release 6.10\n"},
     "ol",
     "6.10",
     "",
     "2021-03-01",
     "",
     "Oracle Linux:6"},
    {{OS, "ID=\"amzn\"\nVERSION_ID=\"2018.03\"\n"},
     "amzn",
     "2018.03",
     "",
     "2023-12-31",
     "",
     "Amazon Linux:1"},
    {{OS, "ID=\"amzn\"\nVERSION_ID=\"2\"\n"}, "amzn", "2", "", "2026-06-30", "", "Amazon Linux:2"},
    {{OS, "ID=\"amzn\"\nVERSION_ID=\"2023\"\n"},
     "amzn",
     "2023",
     "",
     "2029-06-30",
     "",
     "Amazon Linux:2023"},
    {{OS, "ID=fedora\nVERSION_ID=43\n"}, "fedora", "43", "", "2026-12-09", "", "Fedora:43"},
    /* SUSE */
    {{OS, "ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\nVERSION_ID=\"15.6\"\n"},
     "opensuse-leap",
     "15.6",
     "",
     "2026-04-30",
     "",
     "openSUSE:Leap 15.6"},
    {{OS, "ID=\"opensuse-tumbleweed\"\nVERSION_ID=\"20261101\"\n"},
     "opensuse-tumbleweed",
     "20261101",
     "",
     "",
     "",
     "openSUSE:Tumbleweed"},
    {{OS, "ID=\"sl-micro\"\nVERSION_ID=\"6.0\"\n"},
     "sl-micro",
     "6.0",
     "",
     "",
     "",
     "SUSE:Linux Micro 6.0"},
    {{OS, "ID=\"sle-micro\"\nVERSION_ID=\"5.5\"\n"},
     "sle-micro",
     "5.5",
     "",
     "",
     "",
     "SUSE:Linux Enterprise Micro 5.5"},
    /* others */
    {{OS, "ID=photon\nVERSION_ID=4.0\n"}, "photon", "4.0", "", "2026-03-31", "", "Photon OS:4.0"},
    {{OS, "ID=mariner\nVERSION_ID=\"2.0\"\n"},
     "mariner",
     "2.0",
     "",
     "2025-07-31",
     "",
     "Azure Linux:2"},
    {{OS, "ID=azurelinux\nVERSION_ID=\"3.0\"\n"},
     "azurelinux",
     "3.0",
     "",
     "2027-08-31",
     "",
     "Azure Linux:3"},
    {{OS, "ID=arch\n"}, "arch", "", "", "", "", "Arch Linux"},
    {{"etc/arch-release", ""}, "arch", "", "", "", "", "Arch Linux"},
    {{OS, "NAME=Something\n"}, "linux", "", "", "", "", ""},
    {{OS, "", "usr/lib/os-release", "ID=fedora\nVERSION_ID=99\n"},
     "fedora",
     "99",
     "",
     "",
     "",
     "Fedora:99"},
    {{NULL}, "", "", "", "", "", ""},
};

static void every_system(void)
{
    for (size_t i = 0; i < ARRAY_LEN(systems); i++) {
        const struct system *want = &systems[i];
        struct arena arena = {0};
        int before = test_failures;
        struct os_info os = detect(&arena, want->files);
        CHECK_STR(os.id, want->id);
        CHECK_STR(os.version, want->version);
        CHECK_STR(os.codename, want->codename);
        CHECK_STR(os.end_of_life, want->end_of_life);
        CHECK_STR(streams_of(&arena, &os), want->streams);
        CHECK_STR(namespaces_of(&arena, &os), want->namespaces);
        if (test_failures != before)
            printf("  in system %zu (%s %s)\n", i, want->id, want->version);
        arena_free(&arena);
    }
}

static void service_packs(void)
{
    static const struct {
        const char *version, *first, *second, *end_of_life;
    } cases[] = {
        {"15", "SUSE:Linux Enterprise Server 15-LTSS[ltss!]", "SUSE:Linux Enterprise Server 15",
         "2019-12-31"},
        {"15.5", "SUSE:Linux Enterprise Server 15 SP5-LTSS[ltss!]",
         "SUSE:Linux Enterprise Server 15 SP5", "2024-12-31"},
        {"15.9", "SUSE:Linux Enterprise Server 15 SP9-LTSS[ltss!]",
         "SUSE:Linux Enterprise Server 15 SP9", ""},
        {"16.0", "SUSE:Linux Enterprise Server 16.0-LTSS[ltss!]",
         "SUSE:Linux Enterprise Server 16.0", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena = {0};
        struct str release =
            arena_printf(&arena, "ID=\"sles\"\nVERSION_ID=\"%s\"\n", cases[i].version);
        const char *files[] = {OS, release.data, NULL};
        struct os_info os = detect(&arena, files);
        struct str names = namespaces_of(&arena, &os);
        struct str want =
            arena_printf(&arena, "%s | %s | SUSE:Linux Enterprise Module for Basesystem",
                         cases[i].first, cases[i].second);
        CHECK(str_starts(names, want));
        CHECK_STR(os.end_of_life, cases[i].end_of_life);
        arena_free(&arena);
    }
    struct arena arena = {0};
    const char *const old[] = {"etc/SuSE-release",
                               "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\n"
                               "PATCHLEVEL = 4\n",
                               "etc/products.d/x.prod", "<product><name>SLES-LTSS</name>", NULL};
    struct os_info os = detect(&arena, old);
    CHECK_STR(os.version, "11.4");
    CHECK_STR(os.end_of_life, "2022-03-31");
    arena_free(&arena);
}

/* os-release(5): quotes, escapes, comments; the last assignment counts. */
static void quoting(void)
{
    static const struct {
        const char *line, *name;
    } cases[] = {
        {"PRETTY_NAME=plain", "plain"},
        {"PRETTY_NAME=\"two words\"", "two words"},
        {"PRETTY_NAME='single \\$x \"y\"'", "single \\$x \"y\""},
        {"PRETTY_NAME=\"\\$a \\\"b\\\" \\\\ \\`\"", "$a \"b\" \\ `"},
        {"PRETTY_NAME=\"open", "open"},
        {"PRETTY_NAME=", "N"},
        {"  PRETTY_NAME=\"x\"  \r", "x"},
        {"#PRETTY_NAME=x", "N"},
        {"PRETTY_NAME=a\nPRETTY_NAME=b", "b"},
        {"garbage\n=\nPRETTY_NAME=c", "c"},
        {"PRETTY_NAME=\"ends\\", "ends\\"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena = {0};
        struct str release = arena_printf(&arena, "ID=X\nNAME=N\n%s", cases[i].line);
        const char *files[] = {OS, release.data, NULL};
        struct os_info os = detect(&arena, files);
        CHECK_STR(os.id, "x");
        CHECK_STR(os.name, cases[i].name);
        arena_free(&arena);
    }
}

static void streams_of_end_of_life(void)
{
    struct arena arena = {0};
    struct str date, stream;
    const char *const elts[] = {OS, "ID=debian\nVERSION_ID=9\n", "etc/apt/sources.list",
                                "deb http://x/extended-lts stretch-lts main\n", NULL};
    struct os_info os = detect(&arena, elts);
    CHECK(os_end_of_life(&os, &date, &stream));
    CHECK_STR(date, "2027-06-30");
    CHECK_STR(stream, "elts");
    const char *const plain[] = {OS, "ID=rhel\nVERSION_ID=9.4\n", NULL};
    os = detect(&arena, plain);
    CHECK(os_end_of_life(&os, &date, &stream));
    CHECK_STR(date, "2032-05-31");
    CHECK_STR(stream, "");
    /* A minor release whose stream is not known is not told to live as long as the major one. */
    const char *const aus[] = {OS, "ID=rhel\nVERSION_ID=9.5\n", "etc/yum.repos.d/a.repo",
                               "[rhel-9-for-x86_64-baseos-aus-rpms]\n", NULL};
    os = detect(&arena, aus);
    CHECK_STR(streams_of(&arena, &os), "aus");
    CHECK(!os_end_of_life(&os, &date, &stream));
    arena_free(&arena);
}

static void hostile_files(void)
{
    struct arena arena = {0};
    const char *const deep[] = {OS, "ID=ubuntu\nVERSION_ID=22.04\n",
                                "var/lib/ubuntu-advantage/status.json",
                                "[[[[[[[[[[[[[[[[[[{\"services\":\"enabled\"", NULL};
    CHECK_INT(detect(&arena, deep).stream_count, 0);
    const char *const odd[] = {OS, "=\n\n===\nID=\\\n", NULL};
    CHECK_STR(detect(&arena, odd).id, "\\");
    arena_free(&arena);
}

int main(void)
{
    RUN(every_system);
    RUN(service_packs);
    RUN(quoting);
    RUN(streams_of_end_of_life);
    RUN(hostile_files);
    return test_end();
}
