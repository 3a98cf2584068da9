/* Reads what NuGet writes about a project's packages: packages.lock.json (NuGet's documentation,
 * "PackageReference in project files": lock file), obj/project.assets.json, and packages.config
 * ("packages.config reference"), which lists all packages exactly.
 *
 * Decisions: libraries of type "project" are the project itself. What packages.config calls a
 * developmentDependency is for development. */
#include "base/i18n.h"
#include "base/limits.h"
#include "base/path.h"
#include "catalog/details.h"
#include "catalog/locked.h"
#include "io/json_cutter.h"
#include "io/json_doc.h"
#include "io/xml.h"

struct reader {
    struct catalog_sink *sink;
    bool is_lock; /* packages.lock.json */
    struct details details;
};

static int take_entry(void *context, const struct str *names, struct str text, struct pl_err *err)
{
    struct reader *reader = context;
    struct pl_err problem;
    AUTO_JSON *entry = NULL;
    struct str name = reader->is_lock ? names[2] : names[1];
    (void)err;
    if (json_document(text, &entry, &problem) < 0) {
        locked_tell(reader->sink, name, &problem);
        return 0;
    }
    struct str type = json_text(entry, "type"), version = json_text(entry, "resolved");
    if (!reader->is_lock) {
        size_t slash = str_index(name, '/');
        version = str_from(name, slash == SIZE_MAX ? name.len : slash + 1);
        name = str_first(name, slash);
        if (!str_is(type, "package"))
            return 0;
    }
    if (str_is(type, "Project"))
        return 0;
    struct package package = {.type = PACKAGE_NUGET, .name = name, .version = version};
    if (details_start(&reader->details, reader->sink)) {
        details_need_names(&reader->details, json_member(entry, "dependencies"));
        details_hash_base64(&reader->details, "sha512",
                            json_text(entry, reader->is_lock ? "contentHash" : "sha512"));
    }
    details_put(&reader->details, &package);
    locked_add_package(reader->sink, &package);
    return 0;
}

static bool xml_start(void *context, struct str name, const char **attributes)
{
    struct reader *reader = context;
    if (str_is(name, "package"))
        locked_add(reader->sink, PACKAGE_NUGET, xml_attribute(attributes, "id"),
                   xml_attribute(attributes, "version"),
                   str_is(xml_attribute(attributes, "developmentDependency"), "true"));
    return false;
}

static void xml_end(void *context, struct str name, struct str text)
{
    (void)context;
    (void)name;
    (void)text;
}

static int nuget_read(struct catalog_sink *sink, struct input *input, struct str companion,
                      struct pl_err *err)
{
    static const char *const locked[] = {"dependencies", JSON_ANY_MEMBER, JSON_ANY_MEMBER, NULL};
    static const char *const libraries[] = {"libraries", JSON_ANY_MEMBER, NULL};
    struct str base = path_base(input->path), whole = input->whole;
    (void)companion;
    if (str_starts(whole, STR("\xef\xbb\xbf")))
        whole = str_from(whole, 3);
    struct reader reader = {.sink = sink, .is_lock = str_is(base, "packages.lock.json")};
    if (str_is(base, "packages.config")) {
        struct xml_reader xml = {
            .text = whole, .start = xml_start, .end = xml_end, .context = &reader};
        return xml_read(&xml, err);
    }
    struct json_cutter cutter = {.text = whole,
                                 .path = reader.is_lock ? locked : libraries,
                                 .entry = take_entry,
                                 .context = &reader};
    int r = json_cut(&cutter, err);
    details_free(&reader.details);
    return r;
}

const struct cataloger cataloger_nuget_lock = {
    .name = "nuget-lock",
    .help = N_("NuGet packages of packages.lock.json, project.assets.json and packages.config"),
    .group = "language",
    .version = 2,
    .wants = (const char *const[]){"**/packages.lock.json", "**/project.assets.json",
                                   "**/packages.config", NULL},
    .mode = CATALOG_WHOLE,
    .read = nuget_read,
};
