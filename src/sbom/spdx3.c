/* SPDX 3.0 as JSON-LD: a graph whose elements stand in any order and refer to one another. */
#include "base/hash.h"
#include "base/i18n.h"
#include "model/facts.h"
#include "sbom/notes.h"
#include "sbom/spdx.h"

static bool detect(struct str head)
{
    return str_starts(str_trim(head), STR("{")) &&
           (sbom_has(head, "spdx.org/rdf/3.") ||
            (sbom_has(head, "\"@graph\"") && sbom_has(head, "\"spdxId\"")));
}

struct graph {
    struct spdx_reading reading;
    struct str root; /* of the document itself, when nothing better is told */
    struct sbom_notes annotations, declared, expressions;
    struct arena arena;
};

static struct str type_of(const json_t *element)
{
    struct str type = json_text(element, "type");
    return type.len ? type : json_text(element, "@type");
}

static struct str id_of(const json_t *element)
{
    struct str id = json_text(element, "spdxId");
    return id.len ? id : json_text(element, "@id");
}

/* "to" is a list; a single text is taken, too. */
static size_t count_of(const json_t *value)
{
    return json_is_array(value) ? json_array_size(value) : json_is_string(value);
}
static struct str item_of(const json_t *value, size_t index)
{
    return json_value_text(json_is_array(value) ? json_array_get(value, index) : value);
}

static void take_relationship(struct graph *graph, const json_t *element)
{
    struct str type = json_text(element, "relationshipType"), from = json_text(element, "from");
    const json_t *to = json_object_get(element, "to");
    for (size_t i = 0; i < count_of(to); i++) {
        struct str other = item_of(to, i);
        if (str_is(type, "dependsOn"))
            sbom_depends(graph->reading.builder, from, other);
        else if (str_is(type, "describes"))
            spdx_describes(&graph->reading, other);
        else if (str_is(type, "hasDeclaredLicense"))
            sbom_notes_add(&graph->declared, from, other);
    }
}

static void take_root(struct graph *graph, const json_t *element, bool is_bom)
{
    const json_t *roots = json_object_get(element, "rootElement");
    for (size_t i = 0; i < count_of(roots); i++) {
        if (is_bom)
            spdx_describes(&graph->reading, item_of(roots, i));
        else if (graph->root.len == 0)
            graph->root = arena_str(&graph->arena, item_of(roots, i));
    }
}

/* What packages need to be known before them. */
static void take_first(struct sbom_builder *builder, struct str name, const json_t *element,
                       void *context)
{
    struct graph *graph = context;
    struct str type = type_of(element);
    (void)name;
    if (str_is(type, "Relationship") || str_ends(type, STR("Relationship")))
        take_relationship(graph, element);
    else if (str_is(type, "Annotation"))
        sbom_notes_add(&graph->annotations, json_text(element, "subject"),
                       json_text(element, "statement"));
    else if (str_is(type, "simplelicensing_LicenseExpression"))
        sbom_notes_add(&graph->expressions, id_of(element),
                       json_text(element, "simplelicensing_licenseExpression"));
    else if (str_is(type, "SpdxDocument"))
        take_root(graph, element, false);
    else if (str_is(type, "software_Sbom") || str_is(type, "Bom"))
        take_root(graph, element, true);
    else if (str_is(type, "CreationInfo") && !graph->reading.has_version)
        spdx_root(&graph->reading, STR("spdxVersion"), json_text(element, "specVersion"));
    else if (str_is(type, "Tool") && builder->report->target.sbom_tool.len == 0)
        builder->report->target.sbom_tool =
            arena_str(&builder->report->arena, json_text(element, "name"));
}

static void read_licenses(struct graph *graph, struct sbom_entry *entry)
{
    size_t count, expressions;
    const struct sbom_note *declared = sbom_notes_of(&graph->declared, entry->ref, &count);
    for (size_t i = 0; i < count; i++) {
        const struct sbom_note *expression =
            sbom_notes_of(&graph->expressions, declared[i].text, &expressions);
        if (expressions)
            strs_add(&entry->scratch, &entry->licenses, &entry->license_count, expression->text);
    }
}

static void read_identifiers(struct sbom_entry *entry, const json_t *package)
{
    size_t i;
    const json_t *item;
    entry->purl = json_text(package, "software_packageUrl");
    json_array_foreach(json_list(package, "externalIdentifier"), i, item)
    {
        struct str type = json_text(item, "externalIdentifierType");
        struct str identifier = json_text(item, "identifier");
        if (str_is(type, "packageUrl") && entry->purl.len == 0)
            entry->purl = identifier;
        else if ((str_is(type, "cpe23") || str_is(type, "cpe22")) && entry->cpe.len == 0)
            entry->cpe = identifier;
    }
    json_array_foreach(json_list(package, "verifiedUsing"), i, item)
        sbom_add_hash(entry, json_text(item, "algorithm"), json_text(item, "hashValue"));
}

static void read_facts(struct graph *graph, struct sbom_entry *entry, struct str id)
{
    size_t count;
    const struct sbom_note *notes = sbom_notes_of(&graph->annotations, id, &count);
    for (size_t i = 0; i < count; i++)
        spdx_facts(graph->reading.builder, entry, notes[i].text);
}

static void take_package(struct sbom_builder *builder, struct str name, const json_t *element,
                         void *context)
{
    struct graph *graph = context;
    struct str purpose = json_text(element, "software_primaryPurpose"), id = id_of(element);
    struct sbom_entry entry = sbom_entry_new();
    (void)name;
    if (!str_is(type_of(element), "software_Package"))
        return;
    if (graph->reading.described.count == 1 && str_is(id, graph->reading.target)) {
        read_identifiers(&entry, element);
        sbom_set_target_purl(builder, entry.purl);
        arena_free(&entry.scratch);
        struct str version = json_text(element, "software_packageVersion");
        sbom_set_target(builder, json_text(element, "name"), version);
        if (!str_is(purpose, "container") && !str_is(purpose, "file"))
            sbom_set_target_cpe(builder, version, entry.cpe);
        read_facts(graph, NULL, id);
        return;
    }
    entry.ref = id;
    entry.name = json_text(element, "name");
    entry.version = json_text(element, "software_packageVersion");
    read_identifiers(&entry, element);
    bool known = entry.purl.len || entry.cpe.len;
    bool file = str_is(purpose, "file") || str_is(purpose, "container") || str_is(purpose, "data");
    if (str_is(purpose, "operatingSystem"))
        sbom_set_os(builder, entry.name, entry.version, json_text(element, "description"));
    if (str_is(purpose, "operatingSystem") || (!known && file)) {
        arena_free(&entry.scratch);
        return;
    }
    entry.needs_version = str_is(purpose, "application");
    read_facts(graph, &entry, id);
    read_licenses(graph, &entry);
    spdx_read_source_info(&entry, json_text(element, "software_sourceInfo"));
    sbom_add(builder, &entry);
}

static bool is_package(struct str text)
{
    return str_find(text, STR("\"software_Package\"")) != SIZE_MAX;
}

static bool is_no_package(struct str text)
{
    return !is_package(text);
}

static int check_version(struct graph *graph, struct pl_err *err)
{
    struct report *report = graph->reading.builder->report;
    if (!str_starts(str_of(graph->reading.version), STR("3.")))
        return err_set(err, PL_E_UNSUPPORTED, "SPDX version \"%s\" is not read: 2.x and 3.0 are",
                       graph->reading.version);
    report->target.sbom_format =
        arena_printf(&report->arena, "SPDX %s JSON", graph->reading.version);
    return 0;
}

static int read_document(struct rewind_input *input, struct sbom_builder *builder,
                         struct pl_err *err)
{
    static const char *const path[] = {"@graph", "[]", NULL};
    struct graph graph = {.reading = {.builder = builder, .syntax = "JSON"}};
    struct sbom_json first = {input, builder, path, NULL, is_package, take_first, NULL, &graph};
    struct sbom_json second = {input,         builder,      path, NULL,
                               is_no_package, take_package, NULL, &graph};
    int r = sbom_json_each(&first, err);
    if (r == 0)
        r = check_version(&graph, err);
    if (graph.reading.described.count == 0)
        spdx_describes(&graph.reading, graph.root);
    struct sbom_notes *const notes[] = {&graph.annotations, &graph.declared, &graph.expressions};
    for (size_t i = 0; i < ARRAY_LEN(notes); i++) {
        sbom_notes_sort(notes[i]);
        sbom_notes_check(notes[i], builder);
    }
    if (r == 0)
        r = sbom_json_each(&second, err);
    for (size_t i = 0; i < ARRAY_LEN(notes); i++)
        sbom_notes_free(notes[i]);
    hash_set_free(&graph.reading.described);
    arena_free(&graph.arena);
    return r;
}

const struct sbom_format sbom_format_spdx3 = {
    .name = "spdx3",
    .help = N_("SPDX JSON-LD, 3.0"),
    .detect = detect,
    .read = read_document,
};
