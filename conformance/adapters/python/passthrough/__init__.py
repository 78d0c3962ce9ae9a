"""Build Isolation Passthrough (pep-draft.md), decided in Python.

`declaration` reads a project, `host` an installed environment, `decide` says
what passes from the one into the build of the other. Each stands alone:
`decide` needs no file and no JSON.
"""
