/* CycloneDX as JSON. */
#include "sbom/cyclonedx.h"

#include "base/i18n.h"

static bool detect(struct str head)
{
    head = str_trim(head);
    return str_starts(head, STR("{")) && sbom_has(head, "\"bomFormat\"") &&
           sbom_has(head, "\"CycloneDX\"");
}

struct cyclonedx_head {
    char version[24];
};

static void take_scalar(struct sbom_builder *builder, struct str name, struct str text,
                        void *context)
{
    struct cyclonedx_head *head = context;
    (void)builder;
    if (!str_is(name, "specVersion") || text.len >= sizeof(head->version))
        return;
    memcpy(head->version, text.data, text.len);
    head->version[text.len] = 0;
}

static void take_metadata(struct sbom_builder *builder, struct str name, const json_t *json,
                          void *context)
{
    (void)name;
    (void)context;
    cyclonedx_metadata(builder, json);
}

static void take_item(struct sbom_builder *builder, struct str name, const json_t *json,
                      void *context)
{
    (void)context;
    if (str_is(name, "components"))
        cyclonedx_component(builder, json);
    else
        cyclonedx_dependency(builder, json);
}

static int read_document(struct rewind_input *input, struct sbom_builder *builder,
                         struct pl_err *err)
{
    static const char *const metadata_path[] = {"metadata", NULL};
    static const char *const lists[] = {"components", "dependencies", NULL};
    struct cyclonedx_head head = {0};
    struct sbom_json metadata = {.input = input,
                                 .builder = builder,
                                 .path = metadata_path,
                                 .entry = take_metadata,
                                 .scalar = take_scalar,
                                 .context = &head};
    struct sbom_json items = {.input = input,
                              .builder = builder,
                              .path = sbom_json_lists,
                              .wanted = lists,
                              .entry = take_item};
    int r = sbom_json_each(&metadata, err);
    if (r == 0)
        r = cyclonedx_version(builder, str_of(head.version), "JSON", err);
    return r < 0 ? r : sbom_json_each(&items, err);
}

const struct sbom_format sbom_format_cyclonedx = {
    .name = "cyclonedx",
    .help = N_("CycloneDX JSON, 1.2 to 1.7"),
    .detect = detect,
    .read = read_document,
};
