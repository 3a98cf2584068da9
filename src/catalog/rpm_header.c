#include "catalog/rpm_header.h"

#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/bytes.h"
#include "catalog/relations.h"

enum {
    INTRO = 8,         /* two counts before the index */
    ENTRY = 16,        /* an index entry */
    TAGS_MAX = 0xffff, /* rpm's own limit, hdrchkTags() */
};

/* rpm's types of values. */
enum { TYPE_INT32 = 4, TYPE_STRING = 6, TYPE_STRING_ARRAY = 8, TYPE_I18NSTRING = 9 };

enum wanted {
    WANT_NAME,
    WANT_VERSION,
    WANT_RELEASE,
    WANT_EPOCH,
    WANT_VENDOR,
    WANT_LICENSE,
    WANT_ARCH,
    WANT_SOURCERPM,
    WANT_MODULE,
    WANT_DIGESTS,
    WANT_DIRINDEXES,
    WANT_BASENAMES,
    WANT_DIRNAMES,
    WANT_PROVIDES,
    WANT_REQUIRES,
    WANT_COUNT
};

static const struct {
    uint32_t tag;
    const char *name;
} wanted[WANT_COUNT] = {
    [WANT_NAME] = {1000, "NAME"},
    [WANT_VERSION] = {1001, "VERSION"},
    [WANT_RELEASE] = {1002, "RELEASE"},
    [WANT_EPOCH] = {1003, "EPOCH"},
    [WANT_VENDOR] = {1011, "VENDOR"},
    [WANT_LICENSE] = {1014, "LICENSE"},
    [WANT_ARCH] = {1022, "ARCH"},
    [WANT_SOURCERPM] = {1044, "SOURCERPM"},
    [WANT_MODULE] = {5096, "MODULARITYLABEL"},
    [WANT_DIGESTS] = {1035, "FILEDIGESTS"},
    [WANT_DIRINDEXES] = {1116, "DIRINDEXES"},
    [WANT_BASENAMES] = {1117, "BASENAMES"},
    [WANT_DIRNAMES] = {1118, "DIRNAMES"},
    [WANT_PROVIDES] = {1047, "PROVIDENAME"},
    [WANT_REQUIRES] = {1049, "REQUIRENAME"},
};

struct header {
    struct catalog_sink *sink;
    struct rpm_blob *blob;
    uint64_t record;
    uint64_t store; /* where it begins in the record */
    uint32_t store_size;
    struct {
        bool there;
        uint32_t type, offset, count;
    } entries[WANT_COUNT];
    struct arena arena; /* strings that cross pieces */
};

static int wanted_of(uint32_t tag)
{
    switch (tag) {
    case 1000:
    case 1001:
    case 1002:
    case 1003:
        return (int)(tag - 1000);
    case 1011:
        return WANT_VENDOR;
    case 1014:
        return WANT_LICENSE;
    case 1022:
        return WANT_ARCH;
    case 1044:
        return WANT_SOURCERPM;
    case 1035:
        return WANT_DIGESTS;
    case 1116:
        return WANT_DIRINDEXES;
    case 1117:
        return WANT_BASENAMES;
    case 1118:
        return WANT_DIRNAMES;
    case 1047:
        return WANT_PROVIDES;
    case 1049:
        return WANT_REQUIRES;
    case 5096:
        return WANT_MODULE;
    default:
        return -1;
    }
}

/* A macro so that each message is a literal that can be translated. */
#define TELL(header, format, tag)                                                                  \
    do {                                                                                           \
        struct pl_err problem_;                                                                    \
        if (catalog_wants_problem((header)->sink)) {                                               \
            err_set(&problem_, PL_E_FORMAT, format, (unsigned long long)(header)->record, (tag));  \
            catalog_add_problem((header)->sink, &problem_);                                        \
        }                                                                                          \
    } while (0)

/* The counts before the index, held against the record's length. */
static bool read_intro(struct header *header, uint32_t *ret_entries)
{
    struct rpm_blob *blob = header->blob;
    struct pl_err problem;
    uint32_t entries = 0, store = 0;
    if (blob->len >= INTRO) {
        const unsigned char *intro = rpm_blob_get(blob, blob->from, INTRO);
        entries = get_be32(intro);
        store = get_be32(intro + 4);
    }
    if (entries == 0 || entries > TAGS_MAX ||
        INTRO + (uint64_t)entries * ENTRY + store > blob->len) {
        if (catalog_wants_problem(header->sink)) {
            err_set(&problem, PL_E_FORMAT,
                    "record %llu: a header of %u index entries and %u bytes does not fit into its "
                    "%llu bytes",
                    (unsigned long long)header->record, entries, store,
                    (unsigned long long)blob->len);
            catalog_add_problem(header->sink, &problem);
        }
        return false;
    }
    header->store = blob->from + INTRO + (uint64_t)entries * ENTRY;
    header->store_size = store;
    *ret_entries = entries;
    return true;
}

/* An entry behind the signed region replaces one inside it, so the last one of a tag counts. */
static void read_index(struct header *header, uint32_t entries)
{
    const unsigned char *index =
        rpm_blob_get(header->blob, header->blob->from + INTRO, (size_t)entries * ENTRY);
    for (uint32_t i = 0; i < entries; i++, index += ENTRY) {
        int want = wanted_of(get_be32(index));
        if (want < 0)
            continue;
        header->entries[want].there = true;
        header->entries[want].type = get_be32(index + 4);
        header->entries[want].offset = get_be32(index + 8);
        header->entries[want].count = get_be32(index + 12);
    }
}

/* The (first) string of a tag, or an empty one. */
static struct str read_string(struct header *header, enum wanted want)
{
    struct rpm_blob *blob = header->blob;
    if (!header->entries[want].there)
        return STR_NONE;
    uint32_t type = header->entries[want].type, offset = header->entries[want].offset;
    if (type != TYPE_STRING && type != TYPE_STRING_ARRAY && type != TYPE_I18NSTRING)
        TELL(header, N_("record %llu: tag %s is not a string"), wanted[want].name);
    else if (header->entries[want].count == 0 || offset >= header->store_size)
        TELL(header, N_("record %llu: the value of tag %s is outside of the header's store"),
             wanted[want].name);
    else {
        /* First a piece that holds most strings, so that little is copied where pieces meet. */
        size_t max = header->store_size - offset;
        for (size_t len = max < 256 ? max : 256;; len = max) {
            if (len > LIMIT_FIELD + 1)
                len = max = LIMIT_FIELD + 1;
            const unsigned char *at = rpm_blob_get(blob, header->store + offset, len);
            const unsigned char *end = memchr(at, '\0', len);
            if (end) {
                struct str text = str_make((const char *)at, (size_t)(end - at));
                bool joined = (const char *)at == blob->joined;
                return joined ? arena_str(&header->arena, text) : text;
            }
            if (len == max)
                break;
        }
        TELL(header, N_("record %llu: the string of tag %s does not end where it must"),
             wanted[want].name);
    }
    return STR_NONE;
}

/* False when there is no epoch. */
static bool read_epoch(struct header *header, uint32_t *ret_epoch)
{
    if (!header->entries[WANT_EPOCH].there)
        return false;
    uint32_t offset = header->entries[WANT_EPOCH].offset;
    if (header->entries[WANT_EPOCH].type != TYPE_INT32) {
        TELL(header, N_("record %llu: tag %s is not a number of 32 bits"), "EPOCH");
        return false;
    }
    if (header->store_size < 4 || offset > header->store_size - 4) {
        TELL(header, N_("record %llu: the value of tag %s is outside of the header's store"),
             "EPOCH");
        return false;
    }
    *ret_epoch = get_be32(rpm_blob_get(header->blob, header->store + offset, 4));
    return true;
}

/* "name-version-release.src.rpm" (or ".nosrc.rpm"); the name may hold '-', the others don't. */
static void split_source(struct str file, struct package *package)
{
    static const struct str suffixes[] = {{".src.rpm", 8}, {".nosrc.rpm", 10}};
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
        if (str_ends(file, suffixes[i]))
            file.len -= suffixes[i].len;
    size_t release = str_last_index(file, '-');
    if (release == SIZE_MAX)
        return;
    size_t version = str_last_index(str_first(file, release), '-');
    if (version == SIZE_MAX || version == 0)
        return;
    package->source_name = str_first(file, version);
    package->source_version = str_from(file, version + 1);
}

/* [epoch:]version-release as %{EVR} of rpm prints it: with an epoch that is there, also 0. */
static struct str join_version(struct header *header, struct str version, struct str release)
{
    uint32_t epoch;
    if (read_epoch(header, &epoch))
        return arena_printf(&header->arena, "%u:%.*s-%.*s", epoch, STR_ARG(version),
                            STR_ARG(release));
    return arena_printf(&header->arena, "%.*s-%.*s", STR_ARG(version), STR_ARG(release));
}

/* Names that packages provide and require ("libc.so.6()(64bit)", "/bin/sh", "webserver"). What is
 * rpm's own business, and conditions on several ("(a if b)"), are no names. What leaves the store
 * is not looked at: it tells less than there is, and nothing else hangs on it. */
static void read_names(struct header *header, enum wanted want, struct relations *relations)
{
    static const char *const not_names[] = {"rpmlib(", "config(", "("};
    uint32_t at = header->entries[want].offset, size = header->store_size;
    if (!header->entries[want].there || header->entries[want].type != TYPE_STRING_ARRAY)
        return;
    const char *store = (const char *)rpm_blob_get(header->blob, header->store, size);
    for (uint32_t i = 0; i < header->entries[want].count && at < size; i++) {
        const char *end = memchr(store + at, 0, size - at);
        if (!end)
            return;
        struct str name = str_make(store + at, (size_t)(end - store) - at);
        bool is_name = true;
        for (size_t k = 0; k < ARRAY_LEN(not_names); k++)
            is_name = is_name && !str_starts(name, str_of(not_names[k]));
        if (is_name)
            relations_add(relations, name);
        at += (uint32_t)name.len + 1;
    }
}

static void add_with_details(struct header *header, struct package *package)
{
    struct relations needs = {0}, provides = {0};
    if (catalog_wants_details(header->sink)) {
        read_names(header, WANT_REQUIRES, &needs);
        read_names(header, WANT_PROVIDES, &provides);
    }
    relations_put(&needs, &provides, package);
    catalog_add_package(header->sink, package);
    relations_free(&needs);
    relations_free(&provides);
}

/* A package without files has none of the three tags; lists that do not fit into the header leave
 * files without an owner, which is the safe side. */
static void add_files(struct header *header, struct str name)
{
    struct rpm_file_list list = {
        .owner = name,
        .store_size = header->store_size,
        .indexes_at = header->entries[WANT_DIRINDEXES].offset,
        .names_at = header->entries[WANT_BASENAMES].offset,
        .dirs_at = header->entries[WANT_DIRNAMES].offset,
        .index_count = header->entries[WANT_DIRINDEXES].count,
        .name_count = header->entries[WANT_BASENAMES].count,
        .dir_count = header->entries[WANT_DIRNAMES].count,
        .digests_at = header->entries[WANT_DIGESTS].offset,
        .digest_count =
            header->entries[WANT_DIGESTS].there ? header->entries[WANT_DIGESTS].count : 0,
    };
    if (!header->entries[WANT_DIRINDEXES].there || !header->entries[WANT_BASENAMES].there ||
        !header->entries[WANT_DIRNAMES].there ||
        header->entries[WANT_DIRINDEXES].type != TYPE_INT32)
        return;
    list.owner = arena_str(&header->arena, name);
    list.store = rpm_blob_get(header->blob, header->store, header->store_size);
    rpm_files_add(header->sink, &list);
}

static void add_package(struct header *header)
{
    struct str name = read_string(header, WANT_NAME);
    if (name.len == 0) {
        TELL(header, N_("record %llu: tag %s is not there"), "NAME");
        return;
    }
    /* Keys that packages are signed with stand in the database like packages. */
    if (str_is(name, "gpg-pubkey"))
        return;
    struct str version = read_string(header, WANT_VERSION);
    struct str release = read_string(header, WANT_RELEASE);
    if (version.len == 0 || release.len == 0) {
        TELL(header, N_("record %llu: tag %s is not there"), version.len ? "RELEASE" : "VERSION");
        return;
    }
    struct str license = read_string(header, WANT_LICENSE);
    struct package package = {
        .type = PACKAGE_RPM,
        .name = name,
        .version = join_version(header, version, release),
        .arch = read_string(header, WANT_ARCH),
        .vendor = read_string(header, WANT_VENDOR),
        .module = read_string(header, WANT_MODULE),
        .licenses = &license,
        .license_count = license.len ? 1 : 0,
    };
    split_source(read_string(header, WANT_SOURCERPM), &package);
    /* Strings that cross pieces are copies: nothing of the package stands in the blob's own. */
    add_with_details(header, &package);
    add_files(header, package.name);
}

void rpm_header_add(struct catalog_sink *sink, struct rpm_blob *blob, uint64_t record)
{
    struct header header = {.sink = sink, .blob = blob, .record = record};
    uint32_t entries;
    if (!read_intro(&header, &entries))
        return;
    read_index(&header, entries);
    add_package(&header);
    arena_free(&header.arena);
}
