//! The interfaces that a component need not have.

use wasmtime::Store;
use wasmtime::component::{Instance as ComponentInstance, InstancePre};

use crate::bindings::optional::exports::streamgauge::metric::{difference, largest};
use crate::host_state::HostState;

/// The places of the calls in a component; `None` means that the component has not the interface.
pub(crate) struct OptionalIndices {
    largest: Option<largest::GuestIndices>,
    difference: Option<difference::GuestIndices>,
}

/// The calls of an instance.
pub(super) struct Optional {
    pub(super) largest: Option<largest::Guest>,
    pub(super) difference: Option<difference::Guest>,
}

impl OptionalIndices {
    /// Those of a component that speaks this `version` of the contract.
    ///
    /// # Errors
    /// The component has an interface of such a name that is another one.
    pub(crate) fn of(pre: &InstancePre<HostState>, version: &str) -> wasmtime::Result<Self> {
        let has = |interface: &str| {
            let name = format!("streamgauge:metric/{interface}@{version}");
            pre.component().get_export_index(None, &name).is_some()
        };
        let largest = has("largest").then(|| largest::GuestIndices::new(pre)).transpose()?;
        let difference =
            has("difference").then(|| difference::GuestIndices::new(pre)).transpose()?;
        Ok(Self { largest, difference })
    }

    pub(super) fn load(
        &self,
        store: &mut Store<HostState>,
        component: &ComponentInstance,
    ) -> wasmtime::Result<Optional> {
        let largest = self.largest.as_ref().map(|place| place.load(&mut *store, component));
        let difference = self.difference.as_ref().map(|place| place.load(&mut *store, component));
        Ok(Optional { largest: largest.transpose()?, difference: difference.transpose()? })
    }
}
