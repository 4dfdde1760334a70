/** The C of a protocol: what real tasks run. */
import assert from 'node:assert/strict';
import { PROTOCOLS, protocolNamed } from '../../src/protocol/stacks.ts';
import { protocolToC } from '../../src/protocol/to-c.ts';

/** The text of a function of the C source. */
function functionOf(c: string, name: string): string {
  return new RegExp(`^\\S[^;\\n]*\\b${name}\\([^;\\n]*\\)\\n\\{[\\s\\S]*?^\\}`, 'm').exec(c)?.[0] ?? '';
}

describe('The C of a protocol', () => {
  const patch = protocolToC(protocolNamed('patch')!);

  it('is made of each protocol, with every function of its source', () => {
    for (const name of PROTOCOLS) {
      const protocol = protocolNamed(name)!;
      const c = protocolToC(protocol);
      const functions = protocol.files().flatMap((file) => (file.name === 'user.ts' ? [] : file.functions));
      for (const one of functions) assert.notEqual(functionOf(c, one.name), '', `${name}: ${one.name}()`);
      assert.doesNotMatch(c.replace(/\/\*[\s\S]*?\*\//g, ''), /yield|===|!==|\b(let|const) /, name);
    }
  });

  it('keeps layout and comments, and has fields, addresses, steps and goto as C has them', () => {
    assert.equal(
      functionOf(patch, 'restore_read_tree'),
      `int restore_read_tree(struct task_struct *current, struct ckpt_ctx *ctx)
{
	__auto_type h = ckpt_read_obj_type(current, ctx, CKPT_HDR_TREE);
	if (IS_ERR(h)) return PTR_ERR(h);

	__auto_type ret = -EINVAL;
	{
		if (saved_nr_tasks() <= 0) goto out;

		ctx->nr_pids = saved_nr_tasks();
		__auto_type size = sizeof_pids_arr(saved_nr_tasks());
		if (size <= 0) goto out; /* overflow ? */

		if (!kmalloc(size)) {
			ret = -ENOMEM;
			goto out;
		}
		ctx->pids_arr = size;
		ret = _ckpt_read_buffer(current, ctx, size);
	}
out:
	return ret;
}`,
    );
    assert.match(functionOf(patch, 'restore_notify_error'), /^\tcomplete\(ctx, complete\);$/m);
    assert.match(functionOf(patch, 'all_tasks_activated'), /return load\(ctx, active_pid\) == ctx->nr_pids;/);
    assert.match(
      functionOf(patch, 'choose_root_task'),
      /task = first_child\(current\); task; task = next_child\(task\)/,
    );
  });

  it('has the hunks of its patches', () => {
    assert.doesNotMatch(patch, /do_ghost_task/);
    assert.match(functionOf(protocolToC(protocolNamed('series')!), 'do_restart'), /do_ghost_task\(current\)/);
  });
});
