/* Which restart is under test: the built-in one. */
#include "restart.h"

long engine_restart(struct actor *me)
{
	return sys_restart(me, me->arg_pid, me->arg_flags);
}
