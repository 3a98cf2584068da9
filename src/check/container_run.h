/* Command lines of `docker run` and `podman run` (and create) as a mapping: long options without
 * their dashes are keys of sequences, "image" is the image. What other places call otherwise
 * (--net, -v) has one name. */
#pragma once

#include "check/shell.h"
#include "io/yaml_tree.h"

struct container_option {
    struct str name, value;
    uint32_t line, end_line;
    bool elsewhere;
};

/* A mapping under construction; `line` is that of what is added next, at last of the whole. */
struct container_run {
    struct arena *arena;
    uint32_t line, end_line;
    bool elsewhere; /* likewise: it is of another file than the one that is looked at */
    VEC(struct container_option) options;
};

/* False: the command starts no container. */
bool container_run_read(struct container_run *run, const struct shell_command *command);
/* Only options, as of PodmanArgs=. */
void container_run_options(struct container_run *run, const struct shell_command *command,
                           size_t from);
void container_run_add(struct container_run *run, struct str name, struct str value);
/* The finished mapping; the options are freed. */
const struct yaml_node *container_run_node(struct container_run *run);
