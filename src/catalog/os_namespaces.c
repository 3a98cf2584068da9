/* Where advisories speak of a system: OSV's ecosystem names (ossf.github.io/osv-schema, "Defined
 * ecosystems") with their release, without Ubuntu's ":LTS"; names in the same style where OSV has
 * no ecosystem (Fedora, Amazon Linux, Oracle Linux). */
#include "base/mem.h"
#include "base/vec.h"
#include "catalog/os.h"
#include "catalog/os_releases.h"

struct names {
    const struct os_info *os;
    struct arena *arena;
    struct str version; /* of the system whose packages these are */
    VEC(struct os_namespace) list;
};

static void add(struct names *names, struct str name)
{
    *VEC_ADD(&names->list) = (struct os_namespace){.name = name};
}

static void add_stream(struct names *names, struct str name, const char *stream, bool used)
{
    *VEC_ADD(&names->list) =
        (struct os_namespace){.name = name, .stream = str_of(stream), .out_of_reach = !used};
}

static void debian(struct names *names)
{
    struct str release = os_major(names->version);
    for (const struct os_release *known = os_releases; release.len == 0 && known->id; known++)
        if (str_is(STR("debian"), known->id) && str_is(names->os->codename, known->codename))
            release = str_of(*known->version ? known->version : known->codename);
    if (release.len)
        add(names, arena_printf(names->arena, "Debian:%.*s", STR_ARG(release)));
}

static void ubuntu(struct names *names)
{
    bool pro = os_uses_stream(names->os, "esm-infra") || os_uses_stream(names->os, "esm-apps");
    add_stream(names, arena_printf(names->arena, "Ubuntu:Pro:%.*s", STR_ARG(names->version)), "pro",
               pro);
    add(names, arena_printf(names->arena, "Ubuntu:%.*s", STR_ARG(names->version)));
}

/* "v3.19" of "3.19.1" */
static void alpine(struct names *names)
{
    struct str version = names->version;
    if (str_is(names->os->codename, "edge")) {
        add(names, STR("Alpine:edge"));
        return;
    }
    size_t dot = str_index(version, '.');
    if (dot == SIZE_MAX)
        return;
    size_t second = str_index(str_from(version, dot + 1), '.');
    if (second != SIZE_MAX)
        version = str_first(version, dot + 1 + second);
    add(names, arena_printf(names->arena, "Alpine:v%.*s", STR_ARG(version)));
}

/* Chainguard's images hold Wolfi's packages beside their own. */
static void chainguard(struct names *names)
{
    add(names, STR("Chainguard"));
    add(names, STR("Wolfi"));
}

static void wolfi(struct names *names)
{
    add(names, STR("Wolfi"));
}

/* Red Hat scopes its statements by CPE: product, release and repository. */
static void red_hat(struct names *names)
{
    static const char *const streams[] = {"eus", "e4s", "aus", "tus"};
    static const char *const parts[] = {"baseos",           "appstream", "crb",
                                        "highavailability", "realtime",  "nfv",
                                        "resilientstorage", "sap_hana",  "supplementary"};
    struct str major = os_major(names->version), version = names->version;
    uint64_t number = 0;
    str_to_u64(major, &number);
    for (size_t i = 0; i < ARRAY_LEN(streams) && version.len > major.len; i++)
        for (size_t k = 0; number >= 8 && k < ARRAY_LEN(parts); k++)
            add_stream(names,
                       arena_printf(names->arena, "Red Hat:rhel_%s:%.*s::%s", streams[i],
                                    STR_ARG(version), parts[k]),
                       streams[i], os_uses_stream(names->os, streams[i]));
    if (str_is(names->os->id, "rhel") && (number == 6 || number == 7)) {
        add_stream(names, arena_printf(names->arena, "Red Hat:rhel_els:%.*s", STR_ARG(major)),
                   "els", os_uses_stream(names->os, "els"));
        add_stream(names,
                   arena_printf(names->arena, "Red Hat:rhel_els:%.*s::server", STR_ARG(major)),
                   "els", os_uses_stream(names->os, "els"));
    }
    static const char *const old_parts[] = {"::server", "::client", "::workstation",
                                            "::computenode"};
    /* From 10 on the release is written "10.0" for all of it, or as the minor release. */
    if (number >= 10 && version.len > major.len)
        add(names, arena_printf(names->arena, "Red Hat:enterprise_linux:%.*s", STR_ARG(version)));
    if (number >= 10)
        add(names, arena_printf(names->arena, "Red Hat:enterprise_linux:%.*s.0", STR_ARG(major)));
    for (size_t i = 0; number >= 8 && i < ARRAY_LEN(parts); i++)
        add(names, arena_printf(names->arena, "Red Hat:enterprise_linux:%.*s::%s", STR_ARG(major),
                                parts[i]));
    for (size_t i = 0; number < 8 && i < ARRAY_LEN(old_parts); i++)
        add(names, arena_printf(names->arena, "Red Hat:enterprise_linux:%.*s%s", STR_ARG(major),
                                old_parts[i]));
    add(names, arena_printf(names->arena, "Red Hat:enterprise_linux:%.*s", STR_ARG(major)));
}

/* "15 SP6" of "15.6"; from 16 on the version stands as it is. */
static struct str service_pack(struct names *names)
{
    struct str version = names->version, major = os_major(version);
    uint64_t number = 0;
    str_to_u64(major, &number);
    if (number >= 16 || major.len == version.len)
        return version;
    return arena_printf(names->arena, "%.*s SP%.*s", STR_ARG(major),
                        STR_ARG(str_from(version, major.len + 1)));
}

/* Packages of a SLES come from its modules, each of which is a product of its own. */
static void sles(struct names *names)
{
    static const char *const modules[] = {
        "Basesystem",
        "Server Applications",
        "Development Tools",
        "Containers",
        "Python 3",
        "Web and Scripting",
        "Legacy",
        "Public Cloud",
        "Package Hub",
    };
    struct str version = service_pack(names);
    add_stream(
        names,
        arena_printf(names->arena, "SUSE:Linux Enterprise Server %.*s-LTSS", STR_ARG(version)),
        "ltss", os_uses_stream(names->os, "ltss"));
    add(names, arena_printf(names->arena, "SUSE:Linux Enterprise Server %.*s", STR_ARG(version)));
    for (size_t i = 0; i < ARRAY_LEN(modules); i++)
        add(names, arena_printf(names->arena, "SUSE:Linux Enterprise Module for %s %.*s",
                                modules[i], STR_ARG(version)));
}

/* "1" for the releases that were named after year and month. */
static void amazon(struct names *names)
{
    struct str major = os_major(names->version);
    bool first = major.len == 4 && !str_is(major, "2023") && !str_is(major, "2022");
    add(names, arena_printf(names->arena, "Amazon Linux:%.*s", STR_ARG(first ? STR("1") : major)));
}

struct rule {
    const char *id;
    const char *prefix; /* name before the version, NULL: `build` makes the names */
    bool major;         /* only the version's first number */
    void (*build)(struct names *names);
};
static const struct rule rules[] = {
    {"debian", NULL, false, debian},
    {"ubuntu", NULL, false, ubuntu},
    {"alpine", NULL, false, alpine},
    {"wolfi", NULL, false, wolfi},
    {"chainguard", NULL, false, chainguard},
    {"rhel", NULL, false, red_hat},
    {"centos", NULL, false, red_hat}, /* rebuilt from the same sources, with the same versions */
    {"centos-stream", "CentOS Stream:", true, NULL},
    {"rocky", "Rocky Linux:", true, NULL},
    {"almalinux", "AlmaLinux:", true, NULL},
    {"ol", "Oracle Linux:", true, NULL},
    {"amzn", NULL, false, amazon},
    {"fedora", "Fedora:", true, NULL},
    {"opensuse-leap", "openSUSE:Leap ", false, NULL},
    {"opensuse", "openSUSE:", false, NULL},
    {"sles", NULL, false, sles},
    {"sle-micro", "SUSE:Linux Enterprise Micro ", false, NULL},
    {"sl-micro", "SUSE:Linux Micro ", false, NULL},
    {"photon", "Photon OS:", false, NULL},
    {"azurelinux", "Azure Linux:", true, NULL},
    {"mariner", "Azure Linux:", true, NULL},
    {"mageia", "Mageia:", true, NULL},
};
static const struct {
    const char *id, *name;
} rolling[] = {
    {"opensuse-tumbleweed", "openSUSE:Tumbleweed"},
    {"arch", "Arch Linux"},
    {"minimos", "MinimOS"},
};

static void add_by_rule(struct names *names, struct str id)
{
    for (size_t i = 0; i < ARRAY_LEN(rolling); i++)
        if (str_is(id, rolling[i].id))
            add(names, str_of(rolling[i].name));
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        const struct rule *rule = &rules[i];
        if (!str_is(id, rule->id))
            continue;
        struct str version = rule->major ? os_major(names->version) : names->version;
        if (rule->build)
            rule->build(names);
        else if (version.len)
            add(names, arena_printf(names->arena, "%s%.*s", rule->prefix, STR_ARG(version)));
        return;
    }
}

int os_namespaces(const struct os_info *os, struct arena *arena, struct os_namespace **ret,
                  size_t *ret_count)
{
    struct names names = {.os = os, .arena = arena};
    struct str id;
    os_origin(os, &id, &names.version);
    bool needs_version = !str_is(id, "debian") && !str_is(id, "wolfi") &&
                         !str_is(id, "chainguard") && !str_is(id, "alpine");
    bool is_rolling = false;
    for (size_t i = 0; i < ARRAY_LEN(rolling); i++)
        is_rolling |= str_is(id, rolling[i].id);
    if (id.len && (names.version.len || !needs_version || is_rolling))
        add_by_rule(&names, id);
    *ret = ARENA_ARRAY(arena, struct os_namespace, names.list.count + 1);
    if (names.list.count)
        memcpy(*ret, names.list.items, names.list.count * sizeof(**ret));
    *ret_count = names.list.count;
    VEC_FREE(&names.list);
    return 0;
}
