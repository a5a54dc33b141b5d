//! From a path to the module that defines what it names.

use super::Module;

/// The thing that a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Module(usize),
    /// Something that this module defines.
    Item(usize),
}

/// Names that are looked up at present, with their modules: a circle of re-exports ends here.
type Open<'p> = Vec<(usize, &'p str, bool)>;

/// The names of a crate.
pub(super) struct Names<'a> {
    modules: &'a [Module<'a>],
}

impl<'a> Names<'a> {
    pub(super) fn new(modules: &'a [Module<'a>]) -> Self {
        Self { modules }
    }

    /// The end of a path, and the part of the path that is the name there. `None` means that the
    /// path leads out of the crate, or names something local.
    pub(super) fn resolve<'p>(
        &'p self,
        from: usize,
        path: &'p [String],
    ) -> Option<(Target, &'p str)> {
        self.follow(from, path, &mut Vec::new())
    }

    fn follow<'p>(
        &'p self,
        from: usize,
        path: &'p [String],
        open: &mut Open<'p>,
    ) -> Option<(Target, &'p str)> {
        let (first, mut rest) = path.split_first()?;
        let mut last = first.as_str();
        let mut at = match first.as_str() {
            "crate" => Target::Module(0),
            "self" => Target::Module(from),
            "super" => Target::Module(self.modules[from].parent?),
            name => self.look_up(from, name, rest.is_empty(), open)?,
        };
        while let (Target::Module(module), Some((name, after))) = (at, rest.split_first()) {
            at = match name.as_str() {
                "super" => Target::Module(self.modules[module].parent?),
                "self" => at,
                // A name that no item or import explains is made by a macro of that module.
                name => self
                    .look_up(module, name, after.is_empty(), open)
                    .unwrap_or(Target::Item(module)),
            };
            (last, rest) = (name, after);
        }
        Some((at, last))
    }

    /// A name as `module` sees it. At the end of a path an item comes before a module of the same
    /// name, else the module.
    fn look_up<'p>(
        &'p self,
        module: usize,
        name: &'p str,
        is_last: bool,
        open: &mut Open<'p>,
    ) -> Option<Target> {
        if open.contains(&(module, name, is_last)) {
            return None;
        }
        open.push((module, name, is_last));
        let here = &self.modules[module];
        let child = here.children.get(name).map(|&child| Target::Module(child));
        let item = here.items.contains(name).then_some(Target::Item(module));
        let mut import = || Some(self.follow(module, here.imports.get(name)?, open)?.0);
        let mut other = || item.or_else(&mut import);
        let found = if is_last { other().or(child) } else { child.or_else(other) };
        let found = found.or_else(|| self.among_globs(module, name, is_last, open));
        open.pop();
        found
    }

    fn among_globs<'p>(
        &'p self,
        module: usize,
        name: &'p str,
        is_last: bool,
        open: &mut Open<'p>,
    ) -> Option<Target> {
        let globs = &self.modules[module].globs;
        globs.iter().find_map(|path| match self.follow(module, path, open)?.0 {
            Target::Module(other) if other != module => self.look_up(other, name, is_last, open),
            _ => None,
        })
    }
}
