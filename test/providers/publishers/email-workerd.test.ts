import { describeMailPublisher } from '../../support/contracts/email.ts'
import { openMailWorkerd } from '../../support/fixtures/mail-workerd.ts'

describeMailPublisher('Mail in workerd', openMailWorkerd)
