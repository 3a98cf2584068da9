#include "cli/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <yaml.h>

enum { CONFIG_DEPTH = 2 };

void config_free(struct config *config)
{
    VEC_FREE(&config->entries);
    arena_free(&config->arena);
}

static void add_entry(struct config *config, struct str key, struct str subkey, struct str value)
{
    struct str full =
        subkey.data ? arena_printf(&config->arena, "%.*s\t%.*s", STR_ARG(subkey), STR_ARG(value))
                    : arena_str(&config->arena, value);
    *VEC_ADD(&config->entries) = (struct config_entry){key, full};
}

struct state {
    struct config *config;
    const char *path;
    int depth; /* of mappings */
    bool in_list;
    struct str key, subkey; /* waiting for a value */
};

static int wrong(const struct state *state, const yaml_event_t *event, const char *what,
                 struct pl_err *err)
{
    return err_set(err, PL_E_USAGE, "%s, line %zu: %s", state->path, event->start_mark.line + 1,
                   what);
}

static void take_scalar(struct state *state, struct str text)
{
    struct arena *arena = &state->config->arena;
    if (!state->key.data) {
        state->key = arena_str(arena, text);
    } else if (state->depth == 2 && !state->subkey.data) {
        state->subkey = arena_str(arena, text);
    } else {
        add_entry(state->config, state->key, state->subkey, text);
        state->subkey = STR_NONE;
        if (state->depth == 1 && !state->in_list)
            state->key = STR_NONE;
    }
}

static int take_event(struct state *state, const yaml_event_t *event, struct pl_err *err)
{
    switch (event->type) {
    case YAML_MAPPING_START_EVENT:
        if (state->in_list || (state->depth == 1 && !state->key.data) ||
            ++state->depth > CONFIG_DEPTH)
            return wrong(state, event, "a mapping cannot stand here", err);
        return 0;
    case YAML_MAPPING_END_EVENT:
        state->depth--;
        state->key = STR_NONE;
        return 0;
    case YAML_SEQUENCE_START_EVENT:
        if (!state->key.data || state->in_list || state->depth != 1)
            return wrong(state, event, "a list cannot stand here", err);
        state->in_list = true;
        return 0;
    case YAML_SEQUENCE_END_EVENT:
        state->in_list = false;
        state->key = STR_NONE;
        return 0;
    case YAML_SCALAR_EVENT:
        if (state->depth == 0)
            return wrong(state, event, "the file must be a mapping of options", err);
        take_scalar(state,
                    str_make((const char *)event->data.scalar.value, event->data.scalar.length));
        return 0;
    case YAML_ALIAS_EVENT:
        return wrong(state, event, "aliases are not read here", err);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
    return 0;
}

static int parse(FILE *file, const char *path, struct config *config, struct pl_err *err)
{
    yaml_parser_t parser;
    struct state state = {.config = config, .path = path};
    bool done = false;
    int r = 0;
    if (!yaml_parser_initialize(&parser))
        return err_set(err, PL_E_FAULT, "the YAML reader cannot be started");
    yaml_parser_set_input_file(&parser, file);
    while (!done && r == 0) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            r = err_set(err, PL_E_USAGE, "%s, line %zu: this is no YAML: %s", path,
                        parser.problem_mark.line + 1, parser.problem ? parser.problem : "?");
            break;
        }
        done = event.type == YAML_STREAM_END_EVENT;
        r = take_event(&state, &event, err);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return r;
}

static FILE *open_default(struct config *config, const char **ret_path)
{
    const char *home = getenv("XDG_CONFIG_HOME"), *user = getenv("HOME");
    const char *candidates[2] = {NULL, "/etc/plimsoll/config.yaml"};
    if (home && *home)
        candidates[0] = arena_printf(&config->arena, "%s/plimsoll/config.yaml", home).data;
    else if (user && *user)
        candidates[0] = arena_printf(&config->arena, "%s/.config/plimsoll/config.yaml", user).data;
    for (size_t i = 0; i < ARRAY_LEN(candidates); i++) {
        FILE *file = candidates[i] ? fopen(candidates[i], "re") : NULL;
        if (file) {
            *ret_path = candidates[i];
            return file;
        }
    }
    return NULL;
}

int config_read(const char *path, struct config *ret_config, struct pl_err *err)
{
    FILE *file = path ? fopen(path, "re") : open_default(ret_config, &path);
    if (!file)
        return path ? err_set(err, PL_E_USAGE, "cannot open the configuration %s: %s", path,
                              strerrordesc_np(errno))
                    : 0;
    int r = parse(file, path, ret_config, err);
    fclose(file);
    return r;
}
