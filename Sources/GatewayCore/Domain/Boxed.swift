/// Keeps an optional value behind a reference, so that a copy of what holds it costs the same whether the value is there or not.
///
/// For the parts of a row that few rows have. A type of the SDK is copied through its metadata at run time, field by field, even where it
/// is nil.
@propertyWrapper
package struct Boxed<Value: Sendable & Hashable>: Sendable, Hashable {
    private final class Box: Sendable {
        let value: Value

        init(_ value: Value) { self.value = value }
    }

    private var box: Box?

    /// Keeps a value.
    package init(wrappedValue: Value?) { box = wrappedValue.map(Box.init) }

    /// The value.
    package var wrappedValue: Value? {
        get { box?.value }
        set { box = newValue.map(Box.init) }
    }

    package static func == (left: Boxed, right: Boxed) -> Bool {
        left.box === right.box || left.box?.value == right.box?.value
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(box?.value) }
}
