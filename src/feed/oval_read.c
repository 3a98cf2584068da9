/* An OVAL document becomes tables. */
#include "feed/oval.h"

#include "io/xml.h"

struct reading {
    struct oval *oval;
    struct feed_document *document;
    struct oval_definition *definition; /* of the last one begun; NULL outside */
    VEC(uint32_t) open;                 /* criteria that are not closed: node + 1 */
    uint32_t last[130];                 /* the last child of each open criteria */
    struct oval_test *test;
    struct oval_state *state;
    struct str *object;
    struct str resolution;
};

static struct str keep(struct oval *oval, struct str text)
{
    return arena_str(&oval->arena, text);
}

/* The rows of ids, in tables that grow with their ids. */
static struct oval_test *test_row(struct oval *oval, struct str id)
{
    uint32_t row = intern_add(&oval->test_ids, id);
    while (oval->tests.count <= row)
        *VEC_ADD(&oval->tests) = (struct oval_test){0};
    return &oval->tests.items[row];
}

static struct oval_state *state_row(struct oval *oval, struct str id)
{
    uint32_t row = intern_add(&oval->state_ids, id);
    while (oval->states.count <= row)
        *VEC_ADD(&oval->states) = (struct oval_state){.evr = STR_NONE};
    return &oval->states.items[row];
}

static struct str *object_row(struct oval *oval, struct str id)
{
    uint32_t row = intern_add(&oval->object_ids, id);
    while (oval->objects.count <= row)
        *VEC_ADD(&oval->objects) = STR_NONE;
    return &oval->objects.items[row];
}

static void add_node(struct reading *reading, struct oval_node node)
{
    struct oval *oval = reading->oval;
    *VEC_ADD(&oval->nodes) = node;
    uint32_t index = (uint32_t)oval->nodes.count;
    size_t depth = reading->open.count;
    if (depth == 0) {
        if (!reading->definition->root)
            reading->definition->root = index;
    } else {
        uint32_t *last = &reading->last[depth - 1];
        struct oval_node *parent = &oval->nodes.items[reading->open.items[depth - 1] - 1];
        if (*last)
            oval->nodes.items[*last - 1].next = index;
        else
            parent->first = index;
        *last = index;
    }
}

static void start_criteria(struct reading *reading, const char **attributes)
{
    struct str operator= xml_attribute(attributes, "operator");
    if (reading->open.count + 1 >= ARRAY_LEN(reading->last))
        return; /* XML is not nested as deep */
    add_node(reading,
             (struct oval_node){.kind = str_is(operator, "OR") ? OVAL_OR : OVAL_AND,
                                .negate = str_is(xml_attribute(attributes, "negate"), "true")});
    *VEC_ADD(&reading->open) = (uint32_t)reading->oval->nodes.count;
    reading->last[reading->open.count - 1] = 0;
}

static void start_criterion(struct reading *reading, const char **attributes)
{
    struct oval *oval = reading->oval;
    struct str comment = xml_attribute(attributes, "comment");
    struct oval_test *test = test_row(oval, xml_attribute(attributes, "test_ref"));
    if (comment.len)
        test->comment = intern_add(&oval->texts, comment);
    add_node(reading,
             (struct oval_node){.kind = OVAL_LEAF,
                                .test = (uint32_t)(test - oval->tests.items),
                                .negate = str_is(xml_attribute(attributes, "negate"), "true")});
}

static void start_definition(struct reading *reading, const char **attributes)
{
    struct oval *oval = reading->oval;
    reading->definition = VEC_ADD(&oval->definitions);
    *reading->definition = (struct oval_definition){
        .id = keep(oval, xml_attribute(attributes, "id")),
        .class = keep(oval, xml_attribute(attributes, "class")),
        .cves = oval->cves.count,
        .cve_end = oval->cves.count,
        .cpes = oval->cpes.count,
        .cpe_end = oval->cpes.count,
        .resolutions = oval->resolutions.count,
        .resolution_end = oval->resolutions.count,
    };
    reading->open.count = 0;
}

static void set_date(struct reading *reading, struct str date)
{
    if (str_compare(date, reading->definition->date) > 0)
        reading->definition->date = keep(reading->oval, date);
}

/* "CVE-2007-0493", "Mitre CVE-1999-0077": the ids are cut out when they are used. */
static struct oval_cve *add_cve(struct reading *reading)
{
    struct oval_cve *cve = VEC_ADD(&reading->oval->cves);
    *cve = (struct oval_cve){.id = STR_NONE};
    reading->definition->cve_end = reading->oval->cves.count;
    return cve;
}

static void start_reference(struct reading *reading, const char **attributes)
{
    struct str source = xml_attribute(attributes, "source");
    struct str id = xml_attribute(attributes, "ref_id");
    if (str_is(source, "CVE"))
        add_cve(reading)->id = keep(reading->oval, id);
    else if (!reading->definition->advisory.len &&
             (str_is(source, "RHSA") || str_is(source, "RHBA") || str_is(source, "RHEA") ||
              str_is(source, "elsa")))
        reading->definition->advisory = keep(reading->oval, id);
}

static bool start_in_definition(struct reading *reading, struct str name, const char **attributes)
{
    struct oval *oval = reading->oval;
    if (str_is(name, "criteria")) {
        start_criteria(reading, attributes);
    } else if (str_is(name, "criterion")) {
        start_criterion(reading, attributes);
    } else if (str_is(name, "reference")) {
        start_reference(reading, attributes);
    } else if (str_is(name, "cve")) {
        struct oval_cve *cve = add_cve(reading);
        cve->cvss2 = keep(oval, xml_attribute(attributes, "cvss2"));
        cve->cvss3 = keep(oval, xml_attribute(attributes, "cvss3"));
        cve->cwe = keep(oval, xml_attribute(attributes, "cwe"));
    } else if (str_is(name, "issued") || str_is(name, "updated")) {
        set_date(reading, xml_attribute(attributes, "date"));
    } else if (str_is(name, "resolution")) {
        reading->resolution = keep(oval, xml_attribute(attributes, "state"));
    }
    return str_is(name, "title") || str_is(name, "severity") || str_is(name, "cve") ||
           str_is(name, "cpe") || str_is(name, "component") || str_is(name, "advisory_date");
}

static void start_test(struct reading *reading, struct str name, const char **attributes)
{
    struct oval *oval = reading->oval;
    struct str existence = xml_attribute(attributes, "check_existence");
    reading->test = test_row(oval, xml_attribute(attributes, "id"));
    reading->test->known = true;
    reading->test->rpm = str_is(name, "rpminfo_test");
    reading->test->none_exist = str_is(existence, "none_exist");
    if (!reading->test->comment)
        reading->test->comment = intern_add(&oval->texts, xml_attribute(attributes, "comment"));
}

static bool start(void *context, struct str name, const char **attributes)
{
    struct reading *reading = context;
    struct oval *oval = reading->oval;
    if (str_is(name, "definition")) {
        start_definition(reading, attributes);
    } else if (reading->definition) {
        return start_in_definition(reading, name, attributes);
    } else if (str_ends(name, STR("_test"))) {
        start_test(reading, name, attributes);
    } else if (reading->test && str_is(name, "object")) {
        reading->test->object =
            (uint32_t)(object_row(oval, xml_attribute(attributes, "object_ref")) -
                       oval->objects.items) +
            1;
    } else if (reading->test && str_is(name, "state")) {
        reading->test->state = (uint32_t)(state_row(oval, xml_attribute(attributes, "state_ref")) -
                                          oval->states.items) +
                               1;
    } else if (str_ends(name, STR("_object"))) {
        reading->object = object_row(oval, xml_attribute(attributes, "id"));
    } else if (str_ends(name, STR("_state"))) {
        reading->state = state_row(oval, xml_attribute(attributes, "id"));
    } else if (reading->state) {
        if (str_is(name, "evr"))
            reading->state->evr_operation = keep(oval, xml_attribute(attributes, "operation"));
        return str_is(name, "evr") || str_is(name, "arch") || str_is(name, "version") ||
               str_is(name, "signature_keyid");
    }
    return (reading->object && str_is(name, "name")) || str_is(name, "timestamp");
}

static void end_in_definition(struct reading *reading, struct str name, struct str text)
{
    struct oval *oval = reading->oval;
    struct oval_definition *definition = reading->definition;
    if (str_is(name, "definition")) {
        reading->definition = NULL;
    } else if (str_is(name, "criteria")) {
        if (reading->open.count)
            reading->open.count--;
    } else if (str_is(name, "title")) {
        definition->title = keep(oval, text);
    } else if (str_is(name, "severity")) {
        definition->severity = keep(oval, text);
    } else if (str_is(name, "advisory_date")) {
        set_date(reading, text);
    } else if (str_is(name, "cve")) {
        oval->cves.items[oval->cves.count - 1].id = keep(oval, text);
    } else if (str_is(name, "cpe")) {
        *VEC_ADD(&oval->cpes) = keep(oval, text);
        definition->cpe_end = oval->cpes.count;
    } else if (str_is(name, "component")) {
        *VEC_ADD(&oval->resolutions) =
            (struct oval_resolution){reading->resolution, keep(oval, text)};
        definition->resolution_end = oval->resolutions.count;
    }
}

static void end(void *context, struct str name, struct str text)
{
    struct reading *reading = context;
    struct oval *oval = reading->oval;
    if (reading->definition) {
        end_in_definition(reading, name, text);
    } else if (str_ends(name, STR("_test"))) {
        reading->test = NULL;
    } else if (str_ends(name, STR("_object"))) {
        reading->object = NULL;
    } else if (str_ends(name, STR("_state"))) {
        reading->state = NULL;
    } else if (reading->object && str_is(name, "name")) {
        *reading->object = keep(oval, text);
    } else if (reading->state && str_is(name, "evr")) {
        reading->state->evr = keep(oval, text);
    } else if (reading->state && str_is(name, "arch")) {
        reading->state->arch = true;
    } else if (reading->state && str_is(name, "version")) {
        reading->state->version = true;
    } else if (reading->state && str_is(name, "signature_keyid")) {
        reading->state->signature = true;
    } else if (str_is(name, "timestamp")) {
        oval->timestamp = keep(oval, text);
    }
}

static int next(void *context, struct str *ret_chunk, struct pl_err *err)
{
    struct reading *reading = context;
    return reading->document->next(reading->document, ret_chunk, err);
}

int oval_read(struct feed_document *document, struct oval *oval, struct pl_err *err)
{
    struct reading reading = {.oval = oval, .document = document};
    struct xml_reader reader = {.read = next, .start = start, .end = end, .context = &reading};
    intern_init(&oval->texts);
    intern_init(&oval->test_ids);
    intern_init(&oval->object_ids);
    intern_init(&oval->state_ids);
    int r = xml_read(&reader, err);
    VEC_FREE(&reading.open);
    return r;
}

void oval_free(struct oval *oval)
{
    arena_free(&oval->arena);
    intern_free(&oval->texts);
    intern_free(&oval->test_ids);
    intern_free(&oval->object_ids);
    intern_free(&oval->state_ids);
    VEC_FREE(&oval->tests);
    VEC_FREE(&oval->objects);
    VEC_FREE(&oval->states);
    VEC_FREE(&oval->nodes);
    VEC_FREE(&oval->definitions);
    VEC_FREE(&oval->cves);
    VEC_FREE(&oval->cpes);
    VEC_FREE(&oval->resolutions);
}
