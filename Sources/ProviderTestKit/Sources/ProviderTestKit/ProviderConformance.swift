// An author's tests import ProviderTestKit alone, and have the transport, the clock and the suite with it.
@_exported public import ProviderConformance
