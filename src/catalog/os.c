#include "catalog/os.h"

#include "base/mem.h"
#include "catalog/os_releases.h"

struct str os_major(struct str version)
{
    return str_first(version, str_index(version, '.'));
}

bool os_is_like(const struct os_info *os, const char *id)
{
    struct str rest = os->id_like, word;
    while (str_cut(&rest, ' ', &word))
        if (str_is(word, id))
            return true;
    return false;
}

bool os_uses_stream(const struct os_info *os, const char *stream)
{
    for (size_t i = 0; i < os->stream_count; i++)
        if (str_is(os->streams[i], stream))
            return true;
    return false;
}

/* By version, or by codename where there is no version. */
static const struct os_release *find_release(struct str id, struct str version, struct str codename)
{
    for (const struct os_release *release = os_releases; release->id; release++) {
        if (!str_is(id, release->id))
            continue;
        if (version.len ? str_is(version, release->version)
                        : codename.len && str_is(codename, release->codename))
            return release;
    }
    return NULL;
}

/* Service packs, minor releases and half-years of these are releases of their own: a version that
 * is not known must not be taken for an older one. */
static bool needs_exact_version(struct str id)
{
    return str_is(id, "sles") || str_is(id, "ubuntu") || str_starts(id, STR("opensuse")) ||
           str_is(id, "sle-micro") || str_is(id, "sl-micro");
}

/* "3.19.1", then "3.19", then "3". */
static const struct os_release *find_nearest(struct str id, struct str version, struct str codename)
{
    for (;;) {
        const struct os_release *release = find_release(id, version, codename);
        size_t dot = str_last_index(version, '.');
        if (release || dot == SIZE_MAX || needs_exact_version(id))
            return release;
        version = str_first(version, dot);
    }
}

/* Devuan is Debian without systemd: its other packages are Debian's own. */
static const char *devuan_parent(struct str codename)
{
    static const char *const pairs[][2] = {
        {"jessie", "8"},    {"ascii", "9"},     {"beowulf", "10"},
        {"chimaera", "11"}, {"daedalus", "12"}, {"excalibur", "13"},
    };
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
        if (str_is(codename, pairs[i][0]))
            return pairs[i][1];
    return NULL;
}

/* A derivative's own version means nothing to the parent; the parent's codename does. */
static bool parent_by_codename(const struct os_info *os, const char *parent, struct str *ret_id,
                               struct str *ret_version)
{
    if (!os_is_like(os, parent) || os->codename.len == 0)
        return false;
    const struct os_release *release = find_release(str_of(parent), STR_NONE, os->codename);
    if (!release || !*release->version)
        return false;
    *ret_id = str_of(parent);
    *ret_version = str_of(release->version);
    return true;
}

/* Systems of which the ID decides alone: their own releases are known, or nothing is to be guessed.
 * Kali, Parrot and the like mix Debian's testing with packages of their own: no parent. */
static bool is_own_system(const struct os_info *os)
{
    static const char *const own[] = {
        "debian",
        "ubuntu",
        "alpine",
        "wolfi",
        "chainguard",
        "rhel",
        "rocky",
        "almalinux",
        "ol",
        "amzn",
        "fedora",
        "opensuse-leap",
        "opensuse",
        "sles",
        "sle-micro",
        "sl-micro",
        "opensuse-tumbleweed",
        "photon",
        "azurelinux",
        "mariner",
        "arch",
        "minimos",
        "mageia",
        "opensuse-slowroll",
    };
    for (size_t i = 0; i < ARRAY_LEN(own); i++)
        if (str_is(os->id, own[i]))
            return true;
    return false;
}

void os_origin(const struct os_info *os, struct str *ret_id, struct str *ret_version)
{
    *ret_id = STR_NONE;
    *ret_version = os->version;
    if (is_own_system(os)) {
        *ret_id = os->id;
    } else if (str_is(os->id, "centos")) {
        bool stream = str_starts(os->name, STR("CentOS Stream"));
        *ret_id = stream ? STR("centos-stream") : os->id;
    } else if (str_is(os->id, "scientific")) {
        *ret_id = STR("rhel");
    } else if (str_is(os->id, "sles_sap") || str_is(os->id, "sled")) {
        *ret_id = STR("sles");
    } else if (str_is(os->id, "raspbian") && os->version.len) {
        *ret_id = STR("debian");
    } else if (str_is(os->id, "devuan")) {
        const char *parent = devuan_parent(os->codename);
        *ret_id = parent ? STR("debian") : STR_NONE;
        *ret_version = str_of(parent);
    } else if (!str_is(os->id, "kali") && !str_is(os->id, "parrot") &&
               !parent_by_codename(os, "ubuntu", ret_id, ret_version)) {
        parent_by_codename(os, "debian", ret_id, ret_version);
    }
}

/* The end of a stream in "name=date;name=date"; empty when it is not among them. esm-infra and
 * esm-apps end together. */
static struct str stream_end(const struct os_release *release, struct str stream)
{
    struct str rest = str_of(release->streams), part;
    if (str_starts(stream, STR("esm-")))
        stream = STR("esm");
    while (rest.len && str_cut(&rest, ';', &part)) {
        size_t equals = str_index(part, '=');
        if (equals != SIZE_MAX && str_equal(str_first(part, equals), stream))
            return str_from(part, equals + 1);
    }
    return STR_NONE;
}

/* A system that is held at a minor release of RHEL gets what that release's stream gets, no more.
 */
static bool is_pinned_stream(struct str stream)
{
    return str_is(stream, "eus") || str_is(stream, "e4s") || str_is(stream, "aus") ||
           str_is(stream, "tus");
}

static bool is_pinned(const struct os_info *os)
{
    for (size_t i = 0; i < os->stream_count; i++)
        if (is_pinned_stream(os->streams[i]))
            return true;
    return false;
}

bool os_end_of_life(const struct os_info *os, struct str *ret_date, struct str *ret_stream)
{
    struct str id, version, stream = STR_NONE;
    os_origin(os, &id, &version);
    if (id.len == 0 || str_is(os->codename, "edge") || str_is(os->codename, "sid"))
        return false;
    const struct os_release *release = find_nearest(id, version, os->codename);
    if (release && is_pinned(os) && !strchr(release->version, '.'))
        return false; /* a stream of a minor release that is not known */
    if (release && !is_pinned(os) && !*release->end_of_life && *release->version)
        release = find_release(id, os_major(version), os->codename);
    if (!release)
        return false;
    struct str date = str_of(release->end_of_life);
    for (size_t i = 0; i < os->stream_count; i++) {
        struct str end = stream_end(release, os->streams[i]);
        if (end.len && str_compare(end, date) > 0) {
            date = end;
            stream = os->streams[i];
        }
    }
    if (date.len == 0)
        return false;
    *ret_date = date;
    *ret_stream = stream;
    return true;
}

/* Debian's LTS comes from the archives that a system uses anyway. */
static void add_debian_lts(struct os_info *os)
{
    struct str id, version;
    os_origin(os, &id, &version);
    const struct os_release *release =
        str_is(id, "debian") ? find_release(id, version, os->codename) : NULL;
    if (release && version.len && stream_end(release, STR("lts")).len &&
        os->stream_count < ARRAY_LEN(os->streams))
        os->streams[os->stream_count++] = STR("lts");
}

int os_detect(struct arena *arena, struct os_info *ret, const struct os_files *files)
{
    struct os_info os = {0};
    struct str stream;
    os_read_release(&os, arena, files);
    if (os.id.len) {
        os_find_streams(&os, files);
        add_debian_lts(&os);
        if (!os_end_of_life(&os, &os.end_of_life, &stream))
            os.end_of_life = STR_NONE;
    }
    *ret = os;
    return os.id.len != 0;
}
