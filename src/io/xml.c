#include "io/xml.h"

#include <expat.h>
#include <limits.h>

#include "base/buf.h"
#include "base/limits.h"

struct parse {
    const struct xml_reader *reader;
    XML_Parser parser;
    struct buf text;
    int depth, wanted; /* the depth of the element whose text is wanted; 0: of none */
    bool too_deep, has_entity;
};

static struct str local_name(const char *name)
{
    const char *colon = strrchr(name, ':');
    return str_of(colon ? colon + 1 : name);
}

static void start_element(void *context, const XML_Char *name, const XML_Char **attributes)
{
    struct parse *parse = context;
    if (++parse->depth > LIMIT_XML_DEPTH) {
        parse->too_deep = true;
        XML_StopParser(parse->parser, XML_FALSE);
        return;
    }
    parse->text.len = 0;
    parse->wanted = 0;
    if (parse->reader->start(parse->reader->context, local_name(name), attributes))
        parse->wanted = parse->depth;
}

static void end_element(void *context, const XML_Char *name)
{
    struct parse *parse = context;
    struct str text = parse->wanted == parse->depth ? str_trim(buf_str(&parse->text)) : STR_NONE;
    parse->wanted = 0;
    parse->depth--;
    parse->reader->end(parse->reader->context, local_name(name), text);
}

static void add_text(void *context, const XML_Char *text, int len)
{
    struct parse *parse = context;
    if (parse->wanted == parse->depth && parse->wanted && parse->text.len < LIMIT_XML_TEXT)
        buf_add(&parse->text, str_make(text, (size_t)len));
}

/* Feeds have none; they are how small files grow large. */
static void refuse_entity(void *context, const XML_Char *name, int is_parameter,
                          const XML_Char *value, int value_len, const XML_Char *base,
                          const XML_Char *system, const XML_Char *public_id,
                          const XML_Char *notation)
{
    struct parse *parse = context;
    (void)name;
    (void)is_parameter;
    (void)value;
    (void)value_len;
    (void)base;
    (void)system;
    (void)public_id;
    (void)notation;
    parse->has_entity = true;
    XML_StopParser(parse->parser, XML_FALSE);
}

static int tell(const struct parse *parse, struct pl_err *err)
{
    if (parse->too_deep)
        return err_limit(err, LIMIT_NAME(LIMIT_XML_DEPTH),
                         "elements of the XML are nested more than %d deep", LIMIT_XML_DEPTH);
    unsigned long long line = XML_GetCurrentLineNumber(parse->parser);
    if (parse->has_entity)
        return err_set(err, PL_E_FORMAT, "line %llu: the XML declares an entity, which is refused",
                       line);
    return err_set(err, PL_E_FORMAT, "line %llu, column %llu: the XML is damaged: %s", line,
                   (unsigned long long)XML_GetCurrentColumnNumber(parse->parser) + 1,
                   XML_ErrorString(XML_GetErrorCode(parse->parser)));
}

static int parse_all(struct parse *parse, struct pl_err *err)
{
    struct str chunk, whole = parse->reader->text;
    do {
        chunk = whole;
        whole = STR_NONE;
        int r = parse->reader->read ? parse->reader->read(parse->reader->context, &chunk, err) : 0;
        if (r < 0)
            return r;
        bool ended = chunk.len == 0;
        do {
            size_t part = chunk.len < INT_MAX / 4 ? chunk.len : INT_MAX / 4;
            if (XML_Parse(parse->parser, chunk.data ? chunk.data : "", (int)part, ended) ==
                XML_STATUS_ERROR)
                return tell(parse, err);
            chunk = str_from(chunk, part);
        } while (chunk.len);
        if (ended)
            return 0;
    } while (true);
}

int xml_read(const struct xml_reader *reader, struct pl_err *err)
{
    struct parse parse = {.reader = reader, .parser = XML_ParserCreate(NULL)};
    if (!parse.parser)
        return err_set(err, PL_E_FAULT, "the XML parser cannot be started");
    XML_SetUserData(parse.parser, &parse);
    XML_SetElementHandler(parse.parser, start_element, end_element);
    XML_SetCharacterDataHandler(parse.parser, add_text);
    XML_SetEntityDeclHandler(parse.parser, refuse_entity);
    if (reader->other_entities)
        XML_UseForeignDTD(parse.parser, XML_TRUE);
    int r = parse_all(&parse, err);
    XML_ParserFree(parse.parser);
    buf_free(&parse.text);
    return r;
}

struct str xml_attribute(const char **attributes, const char *name)
{
    for (; attributes[0]; attributes += 2)
        if (strcmp(attributes[0], name) == 0)
            return str_of(attributes[1]);
    return STR_NONE;
}
