/* Whether the product of a VEX statement is the image that was scanned, or a package in it. What a
 * product tells has to be equal as far as it can be compared, and something has to be comparable:
 * what is not known for sure changes nothing. */
#include "decide/internal.h"

#include "base/path.h"
#include "model/ecosystem.h"

/* ---- names ---- */

/* "docker.io/library/nginx" and "nginx" are one repository: what Docker's references leave out. */
static struct str without_hub(struct str name)
{
    static const char *const prefixes[] = {"index.docker.io/", "docker.io/", "library/"};
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
        if (str_starts(name, str_of(prefixes[i])))
            name = str_from(name, strlen(prefixes[i]));
    return name;
}

static bool same_repository(struct str a, struct str b)
{
    return str_equal(without_hub(a), without_hub(b));
}

static struct str tag_of(struct str name)
{
    struct str root = target_root_name(name);
    struct str rest = str_from(name, root.len);
    if (!str_starts(rest, STR(":")))
        return STR_NONE;
    rest = str_from(rest, 1);
    return str_first(rest, str_index(rest, '@'));
}

/* ---- purls ---- */

static bool digits_only(struct str text)
{
    uint64_t number;
    return text.len == 0 || str_to_u64(text, &number);
}

/* Every qualifier of the statement's has to stand in the other, but for those that were looked at
 * before. */
static bool qualifiers_fit(struct arena *arena, const struct purl *wanted, const struct purl *have,
                           const char *except)
{
    struct str rest = wanted->qualifiers, part;
    while (str_cut(&rest, '&', &part)) {
        size_t equals = str_index(part, '=');
        struct str key = arena_str(arena, str_first(part, equals));
        if (key.len == 0 || str_is(key, except))
            continue;
        if (!str_equal(purl_qualifier(arena, wanted, key.data),
                       purl_qualifier(arena, have, key.data)))
            return false;
    }
    return true;
}

static bool same_package_name(struct arena *arena, const struct purl *wanted,
                              const struct package *package, const struct purl *have)
{
    const struct ecosystem *ecosystem = ecosystem_of(package->type);
    struct package named = {0};
    if (ecosystem->system)
        return str_equal(wanted->name_space, have->name_space) &&
               str_equal(wanted->name, have->name);
    if (!purl_package(arena, wanted, &named) || named.type != package->type)
        return str_equal(wanted->type, have->type) &&
               str_equal(wanted->name_space, have->name_space) &&
               str_equal(wanted->name, have->name);
    return str_equal(ecosystem_name(arena, ecosystem->matched, named.name),
                     ecosystem_name(arena, ecosystem->matched, package->name));
}

/* "arch=source" (Debian) and "arch=src" (rpm) name the source that a package was built from. */
static bool is_source_of(const struct purl *wanted, const struct package *package,
                         const struct purl *have)
{
    struct str name = package->source_name.len ? package->source_name : package->name;
    struct str version = package->source_version.len ? package->source_version : have->version;
    return str_equal(wanted->name_space, have->name_space) && str_equal(wanted->name, name) &&
           (wanted->version.len == 0 || str_equal(wanted->version, version));
}

static bool purl_is_package(struct arena *arena, const struct purl *wanted,
                            const struct package *package)
{
    struct purl have;
    if (package->purl.len == 0 || purl_parse(arena, package->purl, &have, NULL) < 0 ||
        !str_equal(wanted->type, have.type))
        return false;
    struct str arch = purl_qualifier(arena, wanted, "arch");
    if ((str_is(arch, "source") || str_is(arch, "src")) && ecosystem_of(package->type)->system)
        return is_source_of(wanted, package, &have) && qualifiers_fit(arena, wanted, &have, "arch");
    return same_package_name(arena, wanted, package, &have) &&
           (wanted->version.len == 0 || str_equal(wanted->version, have.version)) &&
           (digits_only(wanted->subpath) || str_equal(wanted->subpath, have.subpath)) &&
           qualifiers_fit(arena, wanted, &have, "");
}

static bool is_digest_of(const struct report *report, struct str digest)
{
    return digest.len &&
           (str_equal(digest, report->target.digest) || str_equal(digest, report->target.image_id));
}

/* pkg:oci/NAME@DIGEST?repository_url=HOST/PATH/NAME&tag=TAG (the name in lower case), and
 * pkg:docker/SPACE/NAME@TAG-OR-DIGEST?repository_url=HOST: purl-spec, PURL-TYPES. */
static bool purl_is_image(struct arena *arena, const struct purl *wanted,
                          const struct report *report)
{
    struct str root = report->target.root;
    struct str place = purl_qualifier(arena, wanted, "repository_url");
    struct str tag = purl_qualifier(arena, wanted, "tag"), version = wanted->version;
    struct str arch = purl_qualifier(arena, wanted, "arch");
    if (str_is(wanted->type, "oci")) {
        if (!str_equal(wanted->name, ecosystem_name(arena, NAME_LOWER, path_base(root))) ||
            (place.len && !same_repository(place, root)))
            return false;
    } else {
        struct str name = wanted->name_space.len
                              ? arena_printf(arena, "%.*s/%.*s", STR_ARG(wanted->name_space),
                                             STR_ARG(wanted->name))
                              : wanted->name;
        if (place.len)
            name = arena_printf(arena, "%.*s/%.*s", STR_ARG(place), STR_ARG(name));
        if (!same_repository(name, root))
            return false;
        if (version.len && str_index(version, ':') == SIZE_MAX) {
            tag = version;
            version = STR_NONE;
        }
    }
    struct str platform = report->target.platform, os;
    if (str_is(str_of(report->target.kind),
               "dir")) /* a folder has no repository, whatever its name */
        return false;
    if (arch.len && (!str_cut(&platform, '/', &os) ||
                     (!str_equal(platform, arch) &&
                      !str_equal(str_first(platform, str_index(platform, '/')), arch))))
        return false;
    return (version.len == 0 || is_digest_of(report, version)) &&
           (tag.len == 0 || str_equal(tag, tag_of(report->target.name)));
}

static bool purl_is_target(struct arena *arena, const struct purl *wanted,
                           const struct report *report)
{
    struct purl have;
    if (str_is(wanted->type, "oci") || str_is(wanted->type, "docker"))
        return purl_is_image(arena, wanted, report);
    if (report->target.purl.len == 0 || purl_parse(arena, report->target.purl, &have, NULL) < 0)
        return false;
    return str_equal(wanted->type, have.type) && str_equal(wanted->name_space, have.name_space) &&
           str_equal(wanted->name, have.name) &&
           (wanted->version.len == 0 || str_equal(wanted->version, have.version)) &&
           qualifiers_fit(arena, wanted, &have, "");
}

/* ---- CPEs ---- */

struct cpe {
    char part;
    struct str vendor, product, version;
};

/* "cpe:2.3:a:vendor:product:version:…" or "cpe:/a:vendor:product:version:…" (NISTIR 7695). */
static bool cpe_parse(struct str text, struct cpe *ret_cpe)
{
    struct str part;
    *ret_cpe = (struct cpe){0};
    if (str_starts(text, STR("cpe:2.3:")))
        text = str_from(text, 8);
    else if (str_starts(text, STR("cpe:/")))
        text = str_from(text, 5);
    else
        return false;
    if (!str_cut(&text, ':', &part) || part.len != 1)
        return false;
    ret_cpe->part = part.data[0];
    if (!str_cut(&text, ':', &ret_cpe->vendor) || !str_cut(&text, ':', &ret_cpe->product))
        return false;
    str_cut(&text, ':', &ret_cpe->version);
    return true;
}

static bool any_version(struct str version)
{
    return version.len == 0 || str_is(version, "*") || str_is(version, "-");
}

static bool cpe_is_package(struct arena *arena, struct str text, const struct package *package)
{
    struct cpe wanted, have;
    if (!cpe_parse(text, &wanted))
        return false;
    for (size_t i = 0; i < package->cpe_count; i++)
        if (cpe_parse(package_cpe(arena, package, i), &have) &&
            str_equal(wanted.vendor, have.vendor) && str_equal(wanted.product, have.product) &&
            (any_version(wanted.version) || str_equal(wanted.version, have.version)))
            return true;
    return false;
}

/* An operating system as a product: what its packages are components of. */
static bool cpe_is_system(struct str text, const struct os_info *os)
{
    static const struct {
        const char *vendor, *product, *id;
    } systems[] = {
        {"redhat", "enterprise_linux", "rhel"},
        {"debian", "debian_linux", "debian"},
        {"canonical", "ubuntu_linux", "ubuntu"},
        {"alpinelinux", "alpine_linux", "alpine"},
        {"suse", "sles", "sles"},
        {"opensuse", "leap", "opensuse-leap"},
        {"oracle", "linux", "ol"},
        {"amazon", "linux", "amzn"},
        {"rocky", "rocky", "rocky"},
        {"almalinux", "almalinux", "almalinux"},
        {"fedoraproject", "fedora", "fedora"},
    };
    struct cpe wanted;
    if (!cpe_parse(text, &wanted) || wanted.part != 'o')
        return false;
    for (size_t i = 0; i < ARRAY_LEN(systems); i++)
        if (str_is(wanted.vendor, systems[i].vendor) &&
            str_is(wanted.product, systems[i].product) && str_is(os->id, systems[i].id))
            return any_version(wanted.version) || str_equal(wanted.version, os->version) ||
                   (str_starts(os->version, wanted.version) &&
                    os->version.data[wanted.version.len] == '.');
    return false;
}

/* ---- products ---- */

static bool has_hash(const struct vex_product *product, struct str hash)
{
    for (size_t i = 0; i < product->hash_count; i++)
        if (hash.len && str_equal(product->hashes[i], hash))
            return true;
    return false;
}

/* 1: one is equal, 0: none is, -1: there is nothing to compare. */
static int compare_hashes(const struct vex_product *product, const struct package *package)
{
    bool comparable = false;
    for (size_t i = 0; i < package->hash_count; i++) {
        struct str have = package->hashes[i];
        struct str algorithm = str_first(have, str_index(have, ':') + 1);
        if (has_hash(product, have))
            return 1;
        for (size_t k = 0; k < product->hash_count; k++)
            comparable |= str_starts(product->hashes[k], algorithm);
    }
    return comparable ? 0 : -1;
}

bool product_is_package(const struct vex_product *product, const struct report *report,
                        const struct package *package)
{
    struct arena arena = {0};
    int hashes = compare_hashes(product, package);
    bool known = hashes > 0, fits = hashes != 0;
    (void)report;
    if (fits && product->has_purl)
        known = fits = purl_is_package(&arena, &product->purl, package);
    if (fits && product->cpe.len && package->cpe_count)
        known = fits = cpe_is_package(&arena, product->cpe, package);
    arena_free(&arena);
    return fits && known;
}

bool product_is_target(const struct vex_product *product, const struct report *report)
{
    struct arena arena = {0};
    struct str name = report->target.name;
    bool known = false, fits = true,
         has_digest = report->target.digest.len || report->target.image_id.len;
    if (product->hash_count && has_digest)
        known = fits = has_hash(product, report->target.digest) ||
                       has_hash(product, report->target.image_id) ||
                       has_hash(product, report->target.index_digest);
    if (fits && product->has_purl)
        known = fits = purl_is_target(&arena, &product->purl, report);
    if (fits && product->cpe.len && !product->has_purl)
        known = fits = cpe_is_system(product->cpe, &report->target.os);
    if (fits && !known && product->name.len)
        known = same_repository(product->name, name) ||
                same_repository(product->name, report->target.root);
    arena_free(&arena);
    return fits && known;
}
