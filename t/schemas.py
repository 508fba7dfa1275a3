#!/usr/bin/python3
# Are the answers of fexlctl --json what their schemas say?  For t/5040-schemas.t;
# in Python, for the one validator of JSON Schema 2020-12 in Debian 12 is its
# jsonschema.
#
#	schemas.py SCHEMAS COMMANDS ANSWERS
#
# SCHEMAS is etc/schema; COMMANDS what `fexlctl help --json` has printed; in the
# folder ANSWERS are N.words, a word of the command a line, and N.json, what it
# printed.  Says what is wrong and what to do; ends with 1 then.
#
# A schema lets members pass that it does not know, for later versions may have
# more; here they are an error: what is printed is described.
import glob
import json
import os
import sys

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError


def read(path):
	with open(path, encoding="utf-8") as f:
		return f.read()


def file_of(command):
	return command.replace(" ", "-") + ".json"


# --- what is described ---

def parts(root, schema):
	"""All schemas that apply to a value where this one does."""
	if not isinstance(schema, dict):
		return []
	more = [s for word in ("allOf", "anyOf", "oneOf") for s in schema.get(word, [])]
	if "$ref" in schema:
		more.append(root["$defs"][schema["$ref"].removeprefix("#/$defs/")])
	return [schema] + [p for s in more for p in parts(root, s)]


def strangers(root, value, at, schemas):
	"""Members of the value that no schema names."""
	here = [p for s in schemas for p in parts(root, s)]
	if isinstance(value, list):
		items = [p["items"] for p in here if "items" in p]
		for i, item in enumerate(value):
			yield from strangers(root, item, f"{at}/{i}", items)
	is_open = any(p.get("additionalProperties") for p in here) or not any("properties" in p for p in here)
	if not isinstance(value, dict) or is_open:
		return
	for name, member in value.items():
		of = [p["properties"][name] for p in here if name in p.get("properties", {})]
		if of:
			yield from strangers(root, member, f"{at}/{name}", of)
		else:
			yield f"{at}/{name} is not described"


def faults(schema, value):
	for error in Draft202012Validator(schema).iter_errors(value):
		yield f"/{'/'.join(str(step) for step in error.absolute_path)}: {error.message[:300]}"
	yield from strangers(schema, value, "", [schema])


# --- schemas ---

def load(schemas, command):
	"""The schema, or None; and what is wrong with it."""
	path = os.path.join(schemas, file_of(command))
	if not os.path.exists(path):
		return None, [f"fexlctl {command} has no schema: write etc/schema/{file_of(command)}, name it in etc/local.mk"]
	schema, wrong = json.loads(read(path)), []
	try:
		Draft202012Validator.check_schema(schema)
	except SchemaError as e:
		return None, [f"{path}: {e.message[:300]}"]
	if schema.get("title") != f"fexlctl {command} --json":
		wrong.append(f'{path}: "title" is not "fexlctl {command} --json"')
	if not schema.get("description"):
		wrong.append(f'{path}: there is no "description"')
	return schema, wrong


# --- answers ---

def command_of(names, words):
	"""The longest name that the words begin with."""
	for n in range(len(words), 0, -1):
		if " ".join(words[:n]) in names:
			return " ".join(words[:n])
	raise SystemExit(f"no command is called {' '.join(words)}")


def check_answer(command, schema, text):
	lines = text.splitlines()
	if len(lines) != 1 and not schema.get("x-lines"):
		yield f"fexlctl {command} printed {len(lines)} lines, not one JSON text"
	for line in lines:
		try:
			value = json.loads(line)
		except ValueError:
			yield f"fexlctl {command} printed what is no JSON: {line[:300]}"
			continue
		for fault in faults(schema, value):
			yield f"fexlctl {command}, against etc/schema/{file_of(command)}: {fault}"


def check(schemas, commands, answers):
	names = [c["name"] for c in json.loads(read(commands))["commands"]]
	loaded, was_run = {}, set()
	for name in names:
		loaded[name], wrong = load(schemas, name)
		yield from wrong
	wanted = {file_of(name) for name in names}
	for path in glob.glob(os.path.join(schemas, "*.json")):
		if os.path.basename(path) not in wanted:
			yield f"{path} is the schema of no command"
	for path in glob.glob(os.path.join(answers, "*.words")):
		name = command_of(names, read(path).splitlines())
		was_run.add(name)
		if loaded[name] is not None:
			yield from check_answer(name, loaded[name], read(path.removesuffix("words") + "json"))
	for name in names:
		if name not in was_run:
			yield f"t/5040-schemas.t never runs fexlctl {name}: add `answer NODE {name} …` to its story"


said = list(dict.fromkeys(check(*sys.argv[1:])))
print(*said, sep="\n")
sys.exit(1 if said else 0)
