import ProviderAPI

extension Provider {
    /// Returns the request with what the provider's settings contribute, as it is stored and sent each time.
    ///
    /// The provider fills in only what the client left out: amounts, ids and the client's own words stay as they are.
    func resolved(_ request: OperationRequest) -> OperationRequest {
        switch request {
        case .create(var own):
            guard case .create(let filled) = service.resolve(.create(own)) else { return request }
            own.description = own.description ?? filled.description
            own.receiptEmail = own.receiptEmail ?? filled.receiptEmail
            own.statementDescriptorSuffix = own.statementDescriptorSuffix ?? filled.statementDescriptorSuffix
            own.customer = own.customer ?? filled.customer
            own.returnURL = own.returnURL ?? filled.returnURL
            own.providerFields = filled.providerFields
            return .create(own)
        case .confirm(var own):
            guard case .confirm(let filled) = service.resolve(.confirm(own)) else { return request }
            own.paymentMethod = own.paymentMethod ?? filled.paymentMethod
            own.returnURL = own.returnURL ?? filled.returnURL
            own.providerFields = filled.providerFields
            return .confirm(own)
        case .capture(var own):
            guard case .capture(let filled) = service.resolve(.capture(own)) else { return request }
            own.providerFields = filled.providerFields
            return .capture(own)
        case .cancel(var own):
            guard case .cancel(let filled) = service.resolve(.cancel(own)) else { return request }
            own.reason = own.reason ?? filled.reason
            own.providerFields = filled.providerFields
            return .cancel(own)
        case .refund(var own):
            guard case .refund(let filled) = service.resolve(.refund(own)) else { return request }
            own.reason = own.reason ?? filled.reason
            own.providerFields = filled.providerFields
            return .refund(own)
        }
    }
}
