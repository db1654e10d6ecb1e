/// A large value behind a reference: whoever holds or hands it on copies one pointer instead of all its fields.
///
/// It stays a value: a change is seen only by who made it.
@propertyWrapper
package struct Boxed<Value: Sendable>: Sendable {
    @usableFromInline final class Box: Sendable {
        @usableFromInline let value: Value

        @usableFromInline init(_ value: Value) {
            self.value = value
        }
    }

    @usableFromInline var box: Box

    @inlinable package init(wrappedValue: Value) {
        box = Box(wrappedValue)
    }

    @inlinable package var wrappedValue: Value {
        get { box.value }
        set { box = Box(newValue) }
    }
}
