/* What data/checks can say of a document (compose, kubernetes, helm, systemd, quadlet)
 * without a function. Lists are ended by NULL; patterns have '*' for any bytes and '?' for one.
 *
 * A path is steps apart by dots: a key, "*" for any key, "key[*]" for every element below it;
 * a key with dots in it stands in double quotes. Of a sequence at the end of a path every scalar
 * is a value. Values with variables or templates in them are not known, and say nothing. */
#pragma once

#include <stdbool.h>

enum check_scope_kind {
    SCOPE_OBJECT,    /* of Kubernetes, whatever its kind */
    SCOPE_POD,       /* a PodSpec, wherever it stands */
    SCOPE_CONTAINER, /* of a PodSpec */
    SCOPE_COMPOSE,   /* a Compose file */
    SCOPE_SERVICE,   /* of a Compose file */
    SCOPE_RUN,       /* a command line of docker run or podman run: its long options are keys */
    SCOPE_UNIT,      /* a unit file: sections with keys */
    SCOPE_VALUES     /* a chart's values.yaml */
};

struct document_when {
    enum check_scope_kind scope;
    const char *const *types; /* of the scope ("Service", "initContainers", "container"): one */
    const char *const *ats;   /* paths; what is asked holds for all that they lead to */
    const char *const *pods;  /* of a container: where the pod says it for those that do not */
    bool both;                /* what the pod says counts even where all of them say it, too */
    /* One of these: */
    const char *const *iss;   /* a finding for each value that one pattern matches */
    const char *const *nots;  /* ... that none matches */
    const char *const *needs; /* one finding when no value matches any pattern */
    bool absent;              /* one finding when nothing is there */
    bool present;             /* a finding for each thing that is there */
    /* Not where this path leads to anything but null. */
    const char *const *unlesss;
};
