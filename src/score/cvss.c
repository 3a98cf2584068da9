#include "score/cvss.h"

#include "score/cvss_metrics.h"

/* A loop of two or three bytes: this is what a million vectors a second spend their time on. */
static bool name_is(const struct cvss_metric *metric, struct str name)
{
    size_t i = 0;
    if (name.len >= sizeof(metric->name))
        return false;
    while (i < name.len && metric->name[i] == name.data[i])
        i++;
    return i == name.len && metric->name[i] == '\0' && i;
}

/* Vectors mostly have the table's order: the search begins behind the metric before. */
static int find_metric(const struct cvss_table *table, struct str name, size_t start)
{
    for (size_t i = start; i < table->count; i++)
        if (name_is(&table->metrics[i], name))
            return (int)i;
    for (size_t i = 0; i < start; i++)
        if (name_is(&table->metrics[i], name))
            return (int)i;
    return -1;
}

static int find_value(const struct cvss_metric *metric, struct str value)
{
    if (!metric->words) {
        /* Below '!' stands a place in the table that no vector can name. */
        for (int i = 0; value.len == 1 && value.data[0] > ' ' && metric->values[i]; i++)
            if (metric->values[i] == value.data[0])
                return i;
        return -1;
    }
    for (int i = 0; metric->words[i]; i++)
        if (str_is(value, metric->words[i]))
            return i;
    return -1;
}

static int check_mandatory(const struct cvss_table *table, const signed char *values,
                           struct pl_err *err)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->metrics[i].mandatory && values[i] == CVSS_ABSENT)
            return err_set(err, PL_E_FORMAT, "the CVSS %s vector has no metric %s", table->version,
                           table->metrics[i].name);
    return 0;
}

/* Takes metrics off the vector as long as they come in the table's order, each with a value of one
 * letter: nearly all vectors are read here. Returns the place in the table behind them. */
static size_t read_in_order(const struct cvss_table *table, struct str *vector, signed char *values)
{
    const char *at = vector->data, *end = at + vector->len;
    size_t next = 0;
    for (; next < table->count; next++) {
        const struct cvss_metric *metric = &table->metrics[next];
        size_t len = metric->name[1] ? metric->name[2] ? 3 : 2 : 1;
        if (metric->words || (size_t)(end - at) < len + 2 || at[len] != ':' ||
            memcmp(at, metric->name, len) != 0 || (at + len + 2 < end && at[len + 2] != '/'))
            break;
        int value = find_value(metric, str_make(at + len + 1, 1));
        if (value < 0)
            break;
        values[next] = (signed char)value;
        at += len + 2;
        if (at == end) {
            *vector = STR_NONE;
            return next + 1;
        }
        at++; /* the slash */
    }
    *vector = str_make(at, (size_t)(end - at));
    return next;
}

int cvss_read_metrics(const struct cvss_table *table, struct str vector, signed char *ret_values,
                      struct pl_err *err)
{
    memset(ret_values, CVSS_ABSENT, table->count);
    size_t next = vector.len ? read_in_order(table, &vector, ret_values) : 0;
    while (vector.data) {
        struct str field = vector, value;
        size_t end = 0, colon = SIZE_MAX;
        for (; end < vector.len && vector.data[end] != '/'; end++)
            if (vector.data[end] == ':' && colon == SIZE_MAX)
                colon = end;
        field.len = end;
        vector = end < vector.len ? str_from(vector, end + 1) : STR_NONE;
        if (colon == SIZE_MAX)
            return err_set(err, PL_E_FORMAT, "\"%.*s\" is no metric of a CVSS %s vector",
                           STR_ARG(str_first(field, 64)), table->version);
        value = str_from(field, colon + 1);
        int metric = find_metric(table, str_first(field, colon), next);
        if (metric < 0)
            return err_set(err, PL_E_FORMAT, "CVSS %s has no metric \"%.*s\"", table->version,
                           STR_ARG(str_first(field, colon < 64 ? colon : 64)));
        if (ret_values[metric] != CVSS_ABSENT)
            return err_set(err, PL_E_FORMAT, "the metric %s stands twice in the CVSS %s vector",
                           table->metrics[metric].name, table->version);
        if (table->ordered && (size_t)metric < next)
            return err_set(err, PL_E_FORMAT,
                           "the metric %s is out of its place in the CVSS %s vector",
                           table->metrics[metric].name, table->version);
        int index = find_value(&table->metrics[metric], value);
        if (index < 0)
            return err_set(err, PL_E_FORMAT, "the CVSS %s metric %s has no value \"%.*s\"",
                           table->version, table->metrics[metric].name,
                           STR_ARG(str_first(value, 64)));
        ret_values[metric] = (signed char)index;
        next = (size_t)metric + 1;
    }
    return check_mandatory(table, ret_values, err);
}

int cvss_parse(struct str vector, struct cvss *ret, struct pl_err *err)
{
    static const struct str prefix = {"CVSS:", 5};
    if (!vector.len)
        return err_set(err, PL_E_FORMAT, "the CVSS vector is empty");
    if (!str_starts(vector, prefix))
        return cvss2_score(vector, ret, err);
    struct str rest = str_from(vector, prefix.len + 4);
    if (vector.len >= prefix.len + 4 && vector.data[prefix.len + 3] == '/') {
        struct str version = str_first(str_from(vector, prefix.len), 3);
        if (str_equal(version, STR("3.1")))
            return cvss3_score(rest, 1, ret, err);
        if (str_equal(version, STR("3.0")))
            return cvss3_score(rest, 0, ret, err);
        if (str_equal(version, STR("4.0")))
            return cvss4_score(rest, ret, err);
    }
    return err_set(err, PL_E_UNSUPPORTED,
                   "\"%.*s\" is no CVSS version that is known here: 2.0, 3.0, 3.1 and 4.0 are",
                   STR_ARG(str_first(vector, 16)));
}

const char *cvss_version_name(enum cvss_version version)
{
    switch (version) {
    case CVSS_2_0:
        return "2.0";
    case CVSS_3_0:
        return "3.0";
    case CVSS_3_1:
        return "3.1";
    case CVSS_4_0:
        return "4.0";
    case CVSS_NONE:
        break;
    }
    return "";
}
