/* SPDX 2 as JSON. */
#include "sbom/spdx.h"

#include "base/i18n.h"

static bool detect(struct str head)
{
    return str_starts(str_trim(head), STR("{")) &&
           (sbom_has(head, "\"spdxVersion\"") || sbom_has(head, "\"SPDXRef-"));
}

static void take_scalar(struct sbom_builder *builder, struct str name, struct str text,
                        void *context)
{
    (void)builder;
    spdx_root(context, name, text);
}

static void take_creation(struct sbom_builder *builder, struct str name, const json_t *json,
                          void *context)
{
    size_t i;
    const json_t *creator;
    (void)builder;
    (void)name;
    json_array_foreach(json_list(json, "creators"), i, creator) if (json_is_string(creator))
        spdx_creator(context, str_make(json_string_value(creator), json_string_length(creator)));
}

static void take_relationship(struct sbom_builder *builder, struct str name, const json_t *json,
                              void *context)
{
    (void)builder;
    if (!str_is(name, "documentDescribes"))
        spdx_relationship(context, json_text(json, "spdxElementId"),
                          json_text(json, "relationshipType"),
                          json_text(json, "relatedSpdxElement"));
    else if (json_is_string(json))
        spdx_describes(context, str_make(json_string_value(json), json_string_length(json)));
}

static void take_package(struct sbom_builder *builder, struct str name, const json_t *json,
                         void *context)
{
    (void)builder;
    (void)name;
    spdx_package(context, json);
}

/* What contains what is not asked for, but of the document itself. */
static bool is_containment(struct str text)
{
    return str_find(text, STR("\"CONTAINS\"")) != SIZE_MAX &&
           str_find(text, STR("\"SPDXRef-DOCUMENT\"")) == SIZE_MAX;
}

static int read_document(struct rewind_input *input, struct sbom_builder *builder,
                         struct pl_err *err)
{
    static const char *const creation[] = {"creationInfo", NULL};
    static const char *const relations[] = {"relationships", "documentDescribes", NULL};
    static const char *const packages[] = {"packages", NULL};
    struct spdx_reading reading = {.builder = builder, .syntax = "JSON"};
    /* What the document describes is told at its end and needed before its packages. */
    struct sbom_json passes[] = {
        {input, builder, creation, NULL, NULL, take_creation, take_scalar, &reading},
        {input, builder, sbom_json_lists, relations, is_containment, take_relationship, NULL,
         &reading},
        {input, builder, sbom_json_lists, packages, NULL, take_package, NULL, &reading},
    };
    int r = 0;
    for (size_t i = 0; i < ARRAY_LEN(passes) && r == 0; i++) {
        r = sbom_json_each(&passes[i], err);
        if (r == 0 && i == 0)
            r = spdx_check_version(&reading, err);
    }
    hash_set_free(&reading.described);
    return r;
}

const struct sbom_format sbom_format_spdx = {
    .name = "spdx",
    .help = N_("SPDX JSON, 2.x"),
    .detect = detect,
    .read = read_document,
};
