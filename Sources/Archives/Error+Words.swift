import Foundation

extension Error {
    /// What went wrong, in words: for an error of the system what the system says of it ("No space left on device"), else the
    /// error's own description.
    public var words: String {
        guard type(of: self) is NSError.Type || self is CocoaError || self is POSIXError else {
            return String(describing: self)
        }
        return (self as NSError).systemWords
    }
}

extension NSError {
    /// Foundation wraps the system's own error, sometimes more than once.
    fileprivate var systemWords: String {
        if domain == NSPOSIXErrorDomain { return String(cString: strerror(Int32(truncatingIfNeeded: code))) }
        if let cause = userInfo[NSUnderlyingErrorKey] as? NSError { return cause.systemWords }
        return localizedDescription
    }
}
