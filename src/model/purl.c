#include "model/purl.h"

#include "base/buf.h"
#include "model/ecosystem.h"

/* "Character encoding": all but letters, digits, '.', '-', '_', '~' and ':' is percent-encoded. */
static void put_encoded(struct buf *out, struct str text)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '.' || c == '-' || c == '_' || c == '~' || c == ':';
        if (plain) {
            buf_putc(out, (char)c);
        } else {
            buf_putc(out, '%');
            buf_putc(out, hex[c >> 4]);
            buf_putc(out, hex[c & 15]);
        }
    }
}

/* The specification's names are vendors; os-release's differ for these. */
static struct str namespace_of(const struct package *package, const struct os_info *os)
{
    static const struct {
        const char *id, *vendor;
    } vendors[] = {
        {"rhel", "redhat"},
        {"ol", "oracle"},
        {"amzn", "amazon"},
        {"opensuse-leap", "opensuse"},
        {"opensuse-tumbleweed", "opensuse"},
        {"sles", "suse"},
        {"sles_sap", "suse"},
        {"sled", "suse"},
        {"sle-micro", "suse"},
        {"sl-micro", "suse"},
    };
    if (package->type == PACKAGE_RPM)
        for (size_t i = 0; i < sizeof(vendors) / sizeof(vendors[0]); i++)
            if (str_is(os->id, vendors[i].id))
                return str_of(vendors[i].vendor);
    return os->id;
}

static void put_qualifier(struct buf *out, bool *first, const char *key, struct str value)
{
    if (value.len == 0)
        return;
    buf_putc(out, *first ? '?' : '&');
    *first = false;
    buf_puts(out, key);
    buf_putc(out, '=');
    put_encoded(out, value);
}

static void put_qualifiers(struct arena *arena, struct buf *out, const struct package *package,
                           struct str epoch, const struct os_info *os)
{
    bool first = true;
    struct str release = os->version.len ? os->version : os->codename;
    struct str distro = release.len && os->id.len
                            ? arena_printf(arena, "%.*s-%.*s", STR_ARG(os->id), STR_ARG(release))
                            : os->id;
    struct str upstream = package->source_name, version = package->version;
    if (epoch.data) /* what an rpm's source says of its version has no epoch */
        version = str_from(version, epoch.len + 1);
    if (upstream.len && package->source_version.len && !str_equal(package->source_version, version))
        upstream =
            arena_printf(arena, "%.*s@%.*s", STR_ARG(upstream), STR_ARG(package->source_version));
    else if (str_equal(upstream, package->name))
        upstream = STR_NONE;
    /* In the alphabet's order, as the specification has it. */
    put_qualifier(out, &first, "arch", package->arch);
    put_qualifier(out, &first, "distro", distro);
    put_qualifier(out, &first, "epoch", str_is(epoch, "0") ? STR_NONE : epoch);
    put_qualifier(out, &first, "modularitylabel", package->module);
    put_qualifier(out, &first, "upstream", upstream);
}

/* The digits before ':' of an rpm's version; data is NULL without an epoch. */
static struct str epoch_of(const struct package *package)
{
    uint64_t number;
    size_t colon = str_index(package->version, ':');
    if (package->type != PACKAGE_RPM || colon == SIZE_MAX ||
        !str_to_u64(str_first(package->version, colon), &number))
        return STR_NONE;
    return str_first(package->version, colon);
}

/* Parts between slashes are encoded one by one; where one is empty, a reader would lose it. */
static void put_parts(struct buf *out, struct str name)
{
    struct str rest = name, part;
    bool whole = name.len == 0 || str_starts(name, STR("/")) || str_ends(name, STR("/")) ||
                 str_find(name, STR("//")) != SIZE_MAX;
    if (whole) {
        put_encoded(out, name);
        return;
    }
    for (bool first = true; str_cut(&rest, '/', &part); first = false) {
        if (!first)
            buf_putc(out, '/');
        put_encoded(out, part);
    }
}

/* "group:artifact" and "@scope/name": what stands before the last slash is the namespace, whose
 * parts are encoded one by one. */
static void put_name(struct buf *out, const struct package *package, struct str name)
{
    struct str rest = name;
    size_t colon = package->type == PACKAGE_MAVEN ? str_index(name, ':') : SIZE_MAX;
    if (colon != SIZE_MAX && colon > 0 && colon + 1 < name.len) {
        put_parts(out, str_first(name, colon));
        buf_putc(out, '/');
        rest = str_from(name, colon + 1);
    }
    put_parts(out, rest);
}

static struct str language_purl(struct arena *arena, const struct package *package)
{
    const struct ecosystem *ecosystem = ecosystem_of(package->type);
    AUTO_BUF out = {0};
    buf_printf(&out, "pkg:%s/", ecosystem->purl);
    if (package->type == PACKAGE_WORDPRESS_PLUGIN)
        buf_puts(&out, "plugin/");
    put_name(&out, package, ecosystem_name(arena, ecosystem->in_purl, package->name));
    if (package->version.len) {
        buf_putc(&out, '@');
        put_encoded(&out, package->version);
    }
    bool first = true;
    put_qualifier(&out, &first, package->type == PACKAGE_GEM ? "platform" : "arch", package->arch);
    if (package->qualifiers.len) {
        buf_putc(&out, first ? '?' : '&');
        buf_add(&out, package->qualifiers);
    }
    return arena_str(arena, buf_str(&out));
}

struct str purl_of(struct arena *arena, const struct package *package, const struct os_info *os)
{
    if (!ecosystem_of(package->type)->system)
        return language_purl(arena, package);
    AUTO_BUF out = {0};
    struct str epoch = epoch_of(package), name_space = namespace_of(package, os);
    struct str version = epoch.data ? str_from(package->version, epoch.len + 1) : package->version;
    buf_printf(&out, "pkg:%s/", package_type_name(package->type));
    if (name_space.len && package->type != PACKAGE_EBUILD) {
        put_encoded(&out, name_space);
        buf_putc(&out, '/');
    }
    if (package->type == PACKAGE_EBUILD)
        put_name(&out, package, package->name);
    else
        put_encoded(&out, package->name);
    buf_putc(&out, '@');
    put_encoded(&out, version);
    put_qualifiers(arena, &out, package, epoch, os);
    return arena_str(arena, buf_str(&out));
}
