/* Documents whose values are a tree: manifests, Compose files, values of charts, and unit files,
 * whose sections and keys become one. A reader finds the scopes that checks look at. */
#pragma once

#include "base/arena.h"
#include "base/vec.h"
#include "check/check.h"
#include "check/document_when.h"
#include "io/yaml_tree.h"

struct check_scope {
    enum check_scope_kind kind;
    const struct yaml_node *node;
    const struct check_scope *outer;  /* of a container its pod, of a pod its object; or NULL */
    const struct yaml_node *metadata; /* of an object and a pod; or NULL */
    struct str type;                  /* the object's kind; "containers", "initContainers"; ... */
    struct str name;                  /* "Deployment/web/app": what evidence begins with */
    bool windows;                     /* a pod of Windows */
};

/* A comment that asks for silence: "# plimsoll ignore=ID reason". It is about its own line, or
 * standing alone about the next one, with all that is indented below it. */
struct check_ignore {
    uint32_t from, to; /* lines */
    struct str id, why;
};

struct check_document {
    enum check_subject subject;
    struct str text, path;
    struct arena *arena;
    VEC(struct check_scope *) scopes;
    VEC(struct check_ignore) ignores;
};

/* Takes the comments that ignore out of the text. */
void check_document_init(struct check_document *document, enum check_subject subject,
                         struct str text, struct str path, struct arena *arena);
void check_document_free(struct check_document *document);
/* A scope, added, to be filled further. */
struct check_scope *check_document_scope(struct check_document *document,
                                         enum check_scope_kind kind, const struct yaml_node *node,
                                         const struct check_scope *outer, struct str name);
/* Runs the wanted checks of the document's subject, and applies its ignores to what they find. */
void check_document_run(const struct check_document *document, struct check_sink *sink);

#define FOR_SCOPES(document, wanted, scope)                                                        \
    for (size_t scope##_at = 0; scope##_at < (document)->scopes.count; scope##_at++)               \
        for (const struct check_scope *scope = (document)->scopes.items[scope##_at]; scope;        \
             scope = NULL)                                                                         \
            if (scope->kind == (wanted))

/* The node at a plain path ("spec.template"), or NULL. */
const struct yaml_node *check_at(const struct yaml_node *node, const char *path);
/* Calls for every thing but null at a path; a sequence at its end is one thing. */
void check_each_at(const struct yaml_node *node, struct str path,
                   void (*take)(void *context, const struct yaml_node *node), void *context);
/* Nothing in the value waits to be put in by a shell, Compose, Helm or Kubernetes. */
bool check_is_known(struct str value);
/* A finding at a node; evidence: the scope's name, `what` and `value` (may be empty). */
void check_tell(struct check_sink *sink, const struct check *check, const struct check_scope *scope,
                const struct yaml_node *node, const char *what, struct str value);
/* `result`, but where a text is no YAML because it is a template (of Go's, Helm among others)
 * still: PL_E_UNSUPPORTED. */
int check_template(struct str text, int result, struct pl_err *err);
