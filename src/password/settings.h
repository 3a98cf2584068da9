/* Settings: files of keys and values of many programs, and rules over them (data/passwords). */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "score/severity.h"

enum settings_format {
    SETTINGS_INI,   /* [section], key = value; also key=value without sections; key: value */
    SETTINGS_WORDS, /* key, space, value */
    SETTINGS_YAML,  /* keys of blocks joined by dots; values of lists belong to their key */
    SETTINGS_ENV,   /* KEY=value as in a shell */
    SETTINGS_JSON,  /* keys of objects joined by dots; values of lists belong to their key */
    SETTINGS_XML,   /* names of elements, and "element.attribute" */
    SETTINGS_PHP,   /* $name['a']['b'] = value: the last of the names */
};

struct setting {
    struct str key, value; /* the key in lower case, with its section in front: "section.key" */
    uint32_t line;
};
struct settings {
    VEC(struct setting) items;
    struct arena arena;
    struct pl_err problem; /* the form of JSON or XML; code 0: none */
    bool cut;              /* there are more than LIMIT_PASSWORD_SETTINGS */
};
void settings_read(enum settings_format format, struct str text, struct settings *ret_settings);
void settings_free(struct settings *settings);
/* For the readers: the key is copied, the value is not. */
void settings_add(struct settings *settings, struct str key, struct str value, uint32_t line);
void settings_add_lower(struct buf *key, struct str text);
void settings_read_json(struct str text, struct settings *settings);
void settings_read_xml(struct str text, struct settings *settings);
/* The last one of this key, as most programs take it; NULL. */
const struct setting *settings_find(const struct settings *settings, const char *key);

/* All that are given must hold over the values of one key. tools/gen_findings.py says what each
 * means. */
struct setting_condition {
    const char *key; /* NULL ends the list; one '*' stands for anything */
    const char *const *is, *const *absent_or, *const *has, *const *lacks;
    bool absent, weak, filled, outside, outside_or_absent, first, last;
    const char *user, *name;
};
struct setting_rule {
    const char *id; /* NULL ends the table */
    enum severity severity;
    const char *const *files;
    enum settings_format format;
    const struct setting_condition *all;
};
extern const struct setting_rule setting_rules[];

/* Whether it is this key, and the value is one that the condition asks for. */
bool setting_condition_holds(const struct setting_condition *condition,
                             const struct setting *setting);
/* What the '*' of the condition's key stands for; empty: there is none. */
struct str setting_condition_star(const struct setting_condition *condition, struct str key);
/* The setting that the condition holds for; *ret_holds tells it where there is none to show. */
const struct setting *setting_condition_find(const struct settings *settings,
                                             const struct setting_condition *condition,
                                             bool *ret_holds);
