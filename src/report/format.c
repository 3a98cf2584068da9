#include "report/format.h"

const struct report_format *report_format_find(struct str name)
{
    for (size_t i = 0; report_formats[i]; i++)
        if (str_is(name, report_formats[i]->name))
            return report_formats[i];
    return NULL;
}
