import Testing

/// Suites whose tests start gateways of their own: one test at a time, so that a time limit measures nothing but its own test.
@Suite(.serialized, .gatewayLogOnFailure)
enum OneAtATime {}
