/* Amazon Linux errata: updateinfo.xml of its repositories (the format of dnf and yum: an <update>
 * has references and the packages that mend it).
 *
 * Amazon Linux 2 has "extras", repositories of other lines of a program under the core package's
 * name: "kernel" is 4.14 in the core and 5.15 in the extra kernel-5.15. An update of an extra whose
 * name ends in a version counts from that version on, where the mended package is of it: the core's
 * 4.14 and the extra kernel-5.10 are not told to be below 5.15.79. The other way round nothing
 * needs to be done: extras are above the core's versions. Packages of live patches carry the
 * kernel's version in their names. An extra without a version in its name (docker) has no such
 * bound: its older versions are affected, too. */
#include "base/i18n.h"
#include "base/vec.h"
#include "feed/feed.h"
#include "feed/head.h"
#include "feed/words.h"
#include "io/xml.h"

static bool amazon_recognise(struct str head)
{
    return head_is_markup(head) && str_find(head, STR("<updates")) != SIZE_MAX &&
           str_find(head, STR("amazon.com")) != SIZE_MAX;
}

struct build {
    struct str name, version; /* epoch:version-release */
};

struct update {
    struct feed_import *import;
    struct feed_document *document;
    struct arena arena; /* of one update */
    bool inside, in_package_list, security;
    struct str id, severity, date, collection;
    VEC(struct str) cves;
    VEC(struct build) builds;
};

static void add_cve(struct update *update, struct str text)
{
    struct str cve;
    if (!words_cve(&update->arena, text, &cve))
        return;
    for (size_t i = 0; i < update->cves.count; i++)
        if (str_equal(update->cves.items[i], cve))
            return;
    *VEC_ADD(&update->cves) = arena_str(&update->arena, cve);
}

static void add_build(struct update *update, const char **attributes)
{
    struct str name = xml_attribute(attributes, "name"), epoch = xml_attribute(attributes, "epoch");
    struct str version = xml_attribute(attributes, "version");
    struct str release = xml_attribute(attributes, "release");
    if (str_is(xml_attribute(attributes, "arch"), "src") || !name.len || !version.len)
        return;
    version = arena_printf(&update->arena, "%.*s:%.*s-%.*s", STR_ARG(epoch.len ? epoch : STR("0")),
                           STR_ARG(version), STR_ARG(release));
    /* Architectures stand side by side. */
    for (size_t i = update->builds.count; i-- > 0 && i + 64 > update->builds.count;)
        if (str_equal(update->builds.items[i].name, name) &&
            str_equal(update->builds.items[i].version, version))
            return;
    *VEC_ADD(&update->builds) = (struct build){arena_str(&update->arena, name), version};
}

static bool start(void *context, struct str name, const char **attributes)
{
    struct update *update = context;
    if (str_is(name, "update")) {
        update->inside = true;
        update->security = str_is(xml_attribute(attributes, "type"), "security");
        return false;
    }
    if (!update->inside)
        return false;
    if (str_is(name, "pkglist"))
        update->in_package_list = true;
    else if (str_is(name, "package"))
        add_build(update, attributes);
    else if (str_is(name, "reference"))
        add_cve(update, xml_attribute(attributes, "id"));
    else if ((str_is(name, "issued") || str_is(name, "updated")) &&
             str_compare(xml_attribute(attributes, "date"), update->date) > 0)
        update->date = arena_str(&update->arena, xml_attribute(attributes, "date"));
    return str_is(name, "id") || str_is(name, "severity") ||
           (update->in_package_list && str_is(name, "name"));
}

/* "Amazon Linux AMI", "Amazon Linux 2", "Amazon Linux 2 - Kernel-5.15", "Amazon Linux 2023". */
static bool read_collection(struct update *update, struct str *ret_release, struct str *ret_extra)
{
    struct str rest = update->collection;
    *ret_extra = STR_NONE;
    if (!str_starts(rest, STR("Amazon Linux")))
        return false;
    rest = str_trim(str_from(rest, 12));
    size_t dash = str_find(rest, STR(" - "));
    *ret_release = str_trim(str_first(rest, dash));
    if (dash != SIZE_MAX)
        *ret_extra = str_trim(str_from(rest, dash + 3));
    if (str_is(*ret_release, "AMI"))
        *ret_release = STR("1");
    return ret_release->len > 0;
}

static bool in_version(char c)
{
    return (c >= '0' && c <= '9') || c == '.';
}

/* "5.15" of "Kernel-5.15", "8.0" of "php8.0" (a trailing " 2.0" is no part of the name). */
static struct str line_of_extra(struct str extra)
{
    extra = str_first(extra, str_index(extra, ' '));
    size_t at = extra.len;
    while (at && in_version(extra.data[at - 1]))
        at--;
    struct str line = str_from(extra, at);
    while (line.len && line.data[0] == '.')
        line = str_from(line, 1);
    return line;
}

/* The first version of the extra's line, if the mended package is of it. */
static struct str line_start(struct update *update, struct str extra, struct str version)
{
    struct str line = line_of_extra(extra);
    size_t colon = str_index(version, ':');
    struct str bare = str_from(version, colon + 1);
    if (!line.len || !str_starts(bare, line) ||
        (bare.len > line.len && bare.data[line.len] != '.' && bare.data[line.len] != '-'))
        return STR_NONE;
    return arena_printf(&update->arena, "%.*s:%.*s", STR_ARG(str_first(version, colon)),
                        STR_ARG(line));
}

static void end_update(struct update *update)
{
    struct builder *builder = update->import->builder;
    struct str release, extra;
    struct pl_err err;
    update->import->records++;
    if (!update->id.len || !read_collection(update, &release, &extra)) {
        err_set(&err, PL_E_FORMAT, "the update has no id, or its release is not known");
        feed_tell(update->import, update->document, update->id, &err);
        return;
    }
    struct str unit = release;
    if (extra.len)
        unit = arena_printf(&update->arena, "%.*s/%.*s", STR_ARG(release), STR_ARG(extra));
    uint32_t number = builder_unit(builder, FEED_AMAZON, STR("amazon"), unit);
    struct str name_space = arena_printf(&update->arena, "Amazon Linux:%.*s", STR_ARG(release));
    feed_brings_whole(update->import, number);
    builder_namespace(builder, number, name_space);
    builder_advisory(builder, number, update->id);
    builder_updated(builder, number, words_date(&update->arena, update->date));
    if (!update->cves.count && update->security)
        *VEC_ADD(&update->cves) = update->id;
    if (!update->cves.count)
        return;
    for (size_t i = 0; i < update->builds.count; i++) {
        struct advisory_range range = {
            .introduced = line_start(update, extra, update->builds.items[i].version),
            .fixed = update->builds.items[i].version};
        struct vulndb_statement statement = {.feed = FEED_AMAZON,
                                             .advisory = update->id,
                                             .ids = update->cves.items,
                                             .id_count = update->cves.count,
                                             .status = ADVISORY_AFFECTED,
                                             .severity = words_severity(update->severity),
                                             .ranges = &range,
                                             .range_count = 1};
        if (builder_statement(builder, number, name_space, update->builds.items[i].name, &statement,
                              &err) < 0)
            feed_tell(update->import, update->document, update->id, &err);
    }
}

static void forget(struct update *update)
{
    update->inside = update->in_package_list = false;
    update->id = update->severity = update->date = update->collection = STR_NONE;
    update->cves.count = update->builds.count = 0;
    arena_free(&update->arena);
}

static void end(void *context, struct str name, struct str text)
{
    struct update *update = context;
    if (!update->inside)
        return;
    if (str_is(name, "update")) {
        end_update(update);
        forget(update);
    } else if (str_is(name, "id")) {
        update->id = arena_str(&update->arena, text);
    } else if (str_is(name, "severity")) {
        update->severity = arena_str(&update->arena, text);
    } else if (update->in_package_list && str_is(name, "name")) {
        update->collection = arena_str(&update->arena, text);
    }
}

static int next(void *context, struct str *ret_chunk, struct pl_err *err)
{
    struct update *update = context;
    return update->document->next(update->document, ret_chunk, err);
}

static int amazon_read(struct feed_import *import, struct feed_document *document,
                       struct pl_err *err)
{
    struct update update = {.import = import, .document = document};
    struct xml_reader reader = {.read = next, .start = start, .end = end, .context = &update};
    int r = xml_read(&reader, err);
    forget(&update);
    VEC_FREE(&update.cves);
    VEC_FREE(&update.builds);
    return r;
}

const struct feed feed_amazon = {
    .name = "amazon",
    .help = N_("Amazon Linux errata (updateinfo.xml)"),
    .id = FEED_AMAZON,
    .recognise = amazon_recognise,
    .read = amazon_read,
};
