#include "cli/engine_args.h"

#include "base/i18n.h"

int engine_args_parse(const struct args *args, struct engine_options *ret_options,
                      struct pl_err *err)
{
    uint64_t seconds;
    *ret_options = (struct engine_options){
        .address = args_get(args, "engine"),
        .storage = args_get(args, "storage"),
        .name_space = args_get(args, "namespace"),
    };
    int r = args_duration(args, "engine-timeout", 0, &seconds, err);
    if (r == 0 && seconds > 24 * 60 * 60)
        r = err_set(err, PL_E_USAGE, "--engine-timeout takes a day at the most");
    if (r == 0)
        ret_options->seconds = (unsigned)seconds;
    return r;
}
