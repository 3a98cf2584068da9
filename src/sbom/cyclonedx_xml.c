/* CycloneDX as XML: each part becomes what it is in JSON, and is read as such. */
#include <stdlib.h>

#include "base/i18n.h"
#include "base/limits.h"
#include "io/xml.h"
#include "sbom/cyclonedx.h"

static bool detect(struct str head)
{
    head = str_trim(head);
    return str_starts(head, STR("<")) && sbom_has(head, "cyclonedx.org/schema/bom/");
}

struct reading {
    struct rewind_input *input;
    struct sbom_builder *builder;
    struct pl_err problem; /* of the document's version */
    bool has_root;
    size_t depth;                        /* of open elements */
    char section[16];                    /* the child of the root that is open */
    json_t *values[LIMIT_XML_DEPTH + 1]; /* of the open elements of a part; NULL: passed over */
    uint64_t kept;                       /* bytes of the part so far */
    bool too_large;
};

/* Elements whose children are the items of a list. */
static bool is_list(struct str name)
{
    static const char *const lists[] = {"components", "licenses",    "hashes",
                                        "properties", "occurrences", "dependencies"};
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        if (str_is(name, lists[i]))
            return true;
    return false;
}

static bool is_wanted(struct str section)
{
    return str_is(section, "metadata") || str_is(section, "components") ||
           str_is(section, "dependencies");
}

static void set_text(struct reading *reading, json_t *object, const char *key, struct str text)
{
    reading->kept += text.len + 64;
    json_object_set_new(object, key, json_stringn(text.data ? text.data : "", text.len));
}

static void read_version(struct reading *reading, const char **attributes)
{
    /* expat shows the name space as it is written: .../schema/bom/1.6 */
    for (size_t i = 0; attributes[i]; i += 2) {
        struct str value = str_of(attributes[i + 1]);
        size_t at = str_find(value, STR("cyclonedx.org/schema/bom/"));
        if (at == SIZE_MAX || !str_starts(str_of(attributes[i]), STR("xmlns")))
            continue;
        reading->has_root = true;
        cyclonedx_version(reading->builder,
                          str_from(value, at + strlen("cyclonedx.org/schema/bom/")), "XML",
                          &reading->problem);
        return;
    }
}

static bool start(void *context, struct str name, const char **attributes)
{
    struct reading *reading = context;
    size_t depth = reading->depth++;
    if (depth == 0) {
        read_version(reading, attributes);
        return false;
    }
    if (depth == 1) {
        struct str section = str_first(name, sizeof(reading->section) - 1);
        memcpy(reading->section, section.data, section.len);
        reading->section[section.len] = 0;
    }
    reading->values[depth] = NULL;
    bool inside = is_wanted(str_of(reading->section)) && reading->problem.code == PL_OK;
    if (!inside || reading->too_large)
        return false;
    /* The parts of "components" and "dependencies" stand on their own. */
    if (depth == 1 && !str_is(name, "metadata"))
        return false;
    json_t *value = is_list(name) ? json_array() : json_object();
    reading->values[depth] = value;
    for (size_t i = 0; attributes[i] && json_is_object(value); i += 2)
        set_text(reading, value, attributes[i], str_of(attributes[i + 1]));
    reading->kept += 64;
    if (reading->kept > LIMIT_JSON_ENTRY)
        reading->too_large = true;
    return true;
}

/* Puts what an element became where its parent has it in JSON. Takes `value` over. */
static void put_in(json_t *parent, const char *name, json_t *value)
{
    if (json_is_array(parent)) {
        bool choice = strcmp(name, "license") == 0 || strcmp(name, "expression") == 0;
        if (choice) {
            json_t *wrapped = json_object(), *text = json_object_get(value, "value");
            if (text && strcmp(name, "expression") == 0) { /* it has attributes, too */
                json_incref(text);
                json_decref(value);
                value = text;
            }
            json_object_set_new(wrapped, name, value);
            value = wrapped;
        }
        json_array_append_new(parent, value);
        return;
    }
    if (strcmp(name, "dependency") == 0) {
        json_t *list = json_object_get(parent, "dependsOn");
        if (!list) {
            list = json_array();
            json_object_set_new(parent, "dependsOn", list);
        }
        json_array_append(list, json_object_get(value, "ref"));
        json_decref(value);
        return;
    }
    json_object_set_new(parent, name, value);
}

static void finish_part(struct reading *reading, json_t *value)
{
    if (reading->too_large) {
        struct pl_err problem;
        err_limit(&problem, LIMIT_NAME(LIMIT_JSON_ENTRY), "an entry has more than %llu bytes",
                  (unsigned long long)LIMIT_JSON_ENTRY);
        report_tell(reading->builder->report, true, str_of(reading->section), &problem);
    } else if (strcmp(reading->section, "metadata") == 0) {
        cyclonedx_metadata(reading->builder, value);
    } else if (strcmp(reading->section, "components") == 0) {
        cyclonedx_component(reading->builder, value);
    } else {
        cyclonedx_dependency(reading->builder, value);
    }
    reading->kept = 0;
    reading->too_large = false;
}

static void end(void *context, struct str name, struct str text)
{
    struct reading *reading = context;
    size_t depth = --reading->depth;
    json_t *value = depth ? reading->values[depth] : NULL,
           *parent = reading->values[depth ? depth - 1 : 0];
    if (!value)
        return;
    reading->values[depth] = NULL;
    if (json_is_object(value) && json_object_size(value) == 0) {
        json_decref(value);
        value = json_stringn(text.data ? text.data : "", text.len);
        reading->kept += text.len;
    } else if (json_is_object(value) && text.len) {
        set_text(reading, value, str_is(name, "hash") ? "content" : "value", text);
    }
    if (!value)
        return;
    if (!parent || depth == 1) {
        finish_part(reading, value);
        json_decref(value);
        return;
    }
    char key[64];
    name = str_first(name, sizeof(key) - 1);
    memcpy(key, name.data, name.len);
    key[name.len] = 0;
    put_in(parent, key, value);
}

static int read_bytes(void *context, struct str *ret_chunk, struct pl_err *err)
{
    struct reading *reading = context;
    return rewind_read(reading->input, ret_chunk, err);
}

static int read_document(struct rewind_input *input, struct sbom_builder *builder,
                         struct pl_err *err)
{
    struct reading reading = {.input = input, .builder = builder};
    struct xml_reader xml = {.read = read_bytes, .start = start, .end = end, .context = &reading};
    int r = xml_read(&xml, err);
    for (size_t i = 0; i < ARRAY_LEN(reading.values); i++)
        json_decref(reading.values[i]);
    if (r == 0 && !reading.has_root)
        r = err_set(err, PL_E_FORMAT, "the root has no name space of CycloneDX");
    if (r == 0 && reading.problem.code != PL_OK) {
        *err = reading.problem;
        r = -(int)reading.problem.code;
    }
    return r;
}

const struct sbom_format sbom_format_cyclonedx_xml = {
    .name = "cyclonedx-xml",
    .help = N_("CycloneDX XML, 1.2 to 1.7"),
    .detect = detect,
    .read = read_document,
};
